import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Failure, ownFile, readVersion } from '../terminal/index.js'
import { everyPackage, type FrameworkId, frameworks, ranges } from './frameworks.js'
import type { Project } from './read-project.js'

/** A file of a starter. */
export interface PlannedFile {
  /** Below the folder of the project. */
  readonly path: string
  /** `extend`: lines are put behind what is there. `keep`: what is needed is there. */
  readonly action: 'create' | 'extend' | 'keep'
  /** What is written. */
  readonly text: string
  /** Whether others on the machine may not read it. */
  readonly isSecret?: boolean
}

/** What a starter writes, and what it needs. */
export interface StarterPlan {
  /** In the order in which they are written: `.env` comes after what keeps it out of a repository. */
  readonly files: readonly PlannedFile[]
  /** Packages that the project does not name yet. */
  readonly missing: { readonly dependencies: readonly string[]; readonly devDependencies: readonly string[] }
}

const pepperName = 'KEYWRIGHT_PEPPER'

/**
 * Says what a starter for the framework would write into the project. Nothing is written.
 *
 * @throws {@link Failure} that names the files which are there already.
 */
export function planStarter(project: Project, id: FrameworkId): StarterPlan {
  const framework = frameworks[id]
  const paths = project.isNew ? Object.keys(framework.files) : framework.added
  const rename = renameFor(project, id)
  const code = paths.map(
    (path): PlannedFile => ({
      path: rename.file(path),
      action: 'create',
      text: rename.imports(readFileSync(ownFile(`templates/${framework.files[path]}`), 'utf8')),
    }),
  )
  refuseToOverwrite(project, code)
  const wanted = [...everyPackage, ...framework.packages, ...(hasSqlite() ? [] : ['libsql'])].sort()
  const missing = {
    dependencies: wanted.filter((name) => !project.packages.has(name)),
    devDependencies: ['keywright'].filter((name) => !project.packages.has(name)),
  }
  const manifest: PlannedFile = { path: 'package.json', action: 'create', text: manifestOf(project, id, missing) }
  return {
    missing,
    files: [
      ...(project.isNew ? [manifest] : []),
      ...code,
      withLines(project, '.gitignore', ['node_modules', '.env', 'keys.sqlite*', ...framework.ignored]),
      withPepper(project, '.env.example', '# npx keywright secret makes one', ''),
      { ...withPepper(project, '.env', '', randomBytes(32).toString('base64url')), isSecret: true },
    ],
  }
}

const configNames = ['ts', 'mts', 'js', 'mjs'].map((ending) => `keywright.config.${ending}`)

function refuseToOverwrite({ folder }: Project, code: readonly PlannedFile[]): void {
  // A configuration with another ending would be found in place of ours, or ours in place of it.
  const names = new Set([...code.map(({ path }) => path), ...configNames])
  const there = [...names].filter((path) => existsSync(join(folder, path)))
  if (there.length > 0)
    throw new Failure(
      'file_exists',
      `Nothing was written, because init overwrites no file, and ${folder} has: ${there.join(', ')}. Move what is there, or name another folder.`,
    )
}

/** What is an ES module must be called so in a project of CommonJS. */
function renameFor({ isModule, isTypeScript }: Project, id: FrameworkId) {
  // The files for Next are JavaScript that tsc would not accept as it is; Next takes both.
  const ending = `${isModule ? '' : 'm'}${isTypeScript && id !== 'next' ? 'ts' : 'js'}`
  return {
    file: (path: string) => path.replace(/js$/, ending),
    imports: (text: string) => (isModule ? text : text.replace(/('\.{1,2}\/[^']*)\.js'/g, "$1.mjs'")),
  }
}

/** Whether Node has a SQLite of its own. */
function hasSqlite(): boolean {
  return process.getBuiltinModule?.('node:sqlite') !== undefined
}

function manifestOf({ folder }: Project, id: FrameworkId, { dependencies, devDependencies }: StarterPlan['missing']) {
  const versions = (names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, ranges[name] ?? `^${readVersion()}`]))
  const manifest = {
    name: nameOf(folder),
    version: '0.0.0',
    private: true,
    type: 'module',
    scripts: frameworks[id].scripts,
    dependencies: versions(dependencies),
    devDependencies: versions(devDependencies),
  }
  return `${JSON.stringify(manifest, null, 2)}\n`
}

/** The name of the folder, as npm takes it. */
function nameOf(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|-+$/g, '')
  return name === '' || name === 'node_modules' ? 'keywright-starter' : name
}

function withPepper(project: Project, path: string, comment: string, pepper: string): PlannedFile {
  const isThere = new RegExp(`^\\s*(export\\s+)?${pepperName}\\s*=`, 'm').test(textOf(project, path))
  const lines = [...(comment === '' ? [] : [comment]), `${pepperName}=${pepper}`]
  return added(project, path, isThere ? [] : lines)
}

function withLines(project: Project, path: string, lines: readonly string[]): PlannedFile {
  const there = textOf(project, path)
    .split('\n')
    .map((line) => line.trim().replace(/^\/|\/$/g, ''))
  return added(
    project,
    path,
    lines.filter((line) => !there.includes(line)),
  )
}

function added(project: Project, path: string, lines: readonly string[]): PlannedFile {
  if (lines.length === 0) return { path, action: 'keep', text: '' }
  const text = textOf(project, path)
  const isOpen = text !== '' && !text.endsWith('\n')
  const action = existsSync(join(project.folder, path)) ? 'extend' : 'create'
  return { path, action, text: `${isOpen ? '\n' : ''}${lines.join('\n')}\n` }
}

function textOf({ folder }: Project, path: string): string {
  const place = join(folder, path)
  if (!existsSync(place)) return ''
  try {
    return readFileSync(place, 'utf8')
  } catch (cause) {
    throw new Failure('unreadable_file', `${place} cannot be read.`, { cause })
  }
}
