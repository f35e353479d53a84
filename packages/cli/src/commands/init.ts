import { relative, resolve } from 'node:path'
import { command } from '../arguments/index.js'
import {
  type FrameworkId,
  findPackageManager,
  frameworkIds,
  frameworks,
  installLines,
  installPackages,
  type PackageManager,
  type Project,
  planStarter,
  readProject,
  writeStarter,
} from '../starters/index.js'
import { answer, answerJson, chooseOne, exitCode, type Io, isInteractive, usageFailure } from '../terminal/index.js'

/** `keywright init` */
export const init = command({
  name: 'init',
  summary: 'Start a project with API keys in an empty folder, or put Keywright into the project that is there.',
  details:
    'It writes the files of the quick start, a configuration for this program, and a pepper into .env; the pepper is not shown.\nA project that has a package.json keeps its server: it gets a keyring and the configuration.\nNo file is overwritten. Lines that .env, .env.example and .gitignore lack are put at their ends.',
  takes: [{ name: 'folder', summary: 'Where. Default: this folder.', required: false }],
  options: {
    framework: {
      type: 'text',
      value: 'name',
      summary: 'What the server is made with. Default: what package.json names.',
      choices: frameworkIds,
    },
    install: { type: 'flag', summary: 'Install what is needed, by the package manager of the project.' },
    'dry-run': { type: 'flag', summary: 'Say what would be written, and write nothing.' },
  },
  examples: ['init --framework express', 'init my-server --framework mcp --install', 'init --dry-run --json'],
  run: async ({ framework, install, 'dry-run': dryRun, json }, io, [given = '.']) => {
    const folder = resolve(io.folder, given)
    const project = readProject(folder)
    const id = await chosenFramework(io, project, framework)
    const manager = findPackageManager(folder, io.env)
    const plan = planStarter(project, id)
    const lines = installLines(project, manager, plan)
    const installs = install && !dryRun
    if (!dryRun) await writeStarter(folder, plan.files)
    if (installs) await installPackages(io, folder, lines)
    const files = plan.files.map(({ path, action }) => ({ path, action }))
    const commands = lines.map((line) => line.join(' '))
    const steps = [...(installs ? [] : commands), ...stepsAfter(project, id, manager)]
    if (json) {
      await answerJson(io, {
        folder,
        framework: id,
        packageManager: manager.name,
        dryRun,
        files,
        install: commands,
        installed: installs,
        next: steps,
      })
      return exitCode.ok
    }
    const said = dryRun ? would : did
    await answer(io, files.map(({ path, action }) => `${said[action]} ${path}\n`).join(''))
    if (dryRun) return exitCode.ok
    const enter = folder === resolve(io.folder) ? [] : [`cd ${relative(io.folder, folder)}`]
    await answer(io, `\nNext:\n${[...enter, ...steps].map((step) => `  ${step}\n`).join('')}`)
    return exitCode.ok
  },
})

const did = { create: 'Created', extend: 'Added to', keep: 'Left as it was:' } as const
const would = { create: 'Would create', extend: 'Would add to', keep: 'Would leave as it is:' } as const

async function chosenFramework(io: Io, { frameworks: found }: Project, given: string | undefined) {
  const named = frameworkIds.find((id) => id === given)
  if (named !== undefined) return named
  const [first, ...others] = found
  if (first !== undefined && others.length === 0) return first
  if (isInteractive(io)) {
    const offered = found.length === 0 ? frameworkIds : found
    return chooseOne(io, 'What is the server made with?', new Map(offered.map((id) => [id, frameworks[id].title])))
  }
  const reason = found.length === 0 ? '' : ` package.json names ${found.join(' and ')}.`
  throw usageFailure(`--framework is missing: one of ${frameworkIds.join(', ')}.${reason}`)
}

function stepsAfter({ isNew }: Project, id: FrameworkId, { run, execute }: PackageManager): readonly string[] {
  const page = `https://github.com/keywright/keywright/blob/main/docs/quick-start/${id}.md`
  const create = `${execute} keywright keys create ci --organization acme --user ada --scope tasks.read`
  if (isNew) return [`${run} ${id === 'next' ? 'dev' : 'start'}`, create, `Read ${page}`]
  return [
    'Put your own users and scopes into the keyring.',
    `Guard a route: ${frameworks[id].guard}`,
    ...(id === 'next' ? [] : ['Start your server with the variables of .env: node --env-file=.env …']),
    create,
    `Read ${page}`,
  ]
}
