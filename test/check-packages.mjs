// Packs every public package as it would be published, and looks at what a user would get. Run after a build.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const root = join(import.meta.dirname, '..')
const bin = join(root, 'node_modules/.bin')
const read = (path) => JSON.parse(readFileSync(path, 'utf8'))
const budgets = read(join(root, 'test/sizes.json'))

/** Runs `command`; what it printed, and whether it went well. */
function run(command, args, cwd = root) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' })
  return { ok: status === 0, output: `${stdout ?? ''}${stderr ?? ''}${error ? `${error.message}\n` : ''}` }
}

let failures = 0
let checks = 0

/** One line per check, with `details` under it when it failed. */
function report(name, check, ok, details = '') {
  checks += 1
  if (!ok) failures += 1
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name}: ${check}`)
  if (!ok && details !== '') console.log(details.trimEnd().replace(/^/gm, '       '))
}

/** Paths in the tarball, without its `package/`. */
function contents(tarball) {
  const { output } = run('tar', ['-tzf', tarball])
  return output.split('\n').map((path) => path.replace(/^package\//, ''))
}

function unpackedBytes(tarball) {
  const sizes = run('tar', ['-tvzf', tarball])
    .output.split('\n')
    .map((line) => Number(line.trim().split(/\s+/)[2] ?? 0))
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** What stands in the published manifest and would not work, or should not be said, outside this workspace. */
function workspaceTraces(tarball) {
  const { output } = run('tar', ['-xzOf', tarball, 'package/package.json'])
  return output.split('\n').filter((line) => /"(workspace|catalog|link|file):/.test(line))
}

/** The names that each entry point gives from `dist` must be the names that it gives from `src`. */
async function checkNames(folder, manifest, surface) {
  for (const [subpath, target] of Object.entries(manifest.exports)) {
    if (typeof target === 'string') continue
    const specifier = join(manifest.name, subpath)
    const built = await import(pathToFileURL(join(folder, target.default)).href).then(
      (module) => Object.keys(module).sort(),
      (error) => [String(error)],
    )
    const expected = surface[specifier] ?? []
    report(specifier, 'the built code exports the pinned names', String(built) === String(expected), built.join('\n'))
  }
}

async function checkPackage(folder, surface, into) {
  const manifest = read(join(folder, 'package.json'))
  const { name } = manifest
  if (!existsSync(join(folder, 'dist'))) return report(name, 'is built', false, 'no dist: run `pnpm build` first')

  const before = new Set(readdirSync(into))
  const packed = run('pnpm', ['pack', '--pack-destination', into], folder)
  const file = readdirSync(into).find((entry) => !before.has(entry))
  report(name, 'packs', packed.ok && file !== undefined, packed.output)
  if (!packed.ok || file === undefined) return
  const tarball = join(into, file)

  const paths = contents(tarball)
  const published = JSON.parse(run('tar', ['-xzOf', tarball, 'package/package.json']).output)
  const targets = Object.values(published.exports).filter((target) => typeof target === 'object')
  const entries = targets.flatMap((target) => Object.values(target))
  const wanted = ['package.json', 'LICENSE', 'README.md', ...entries.map((path) => path.replace(/^\.\//, ''))]
  const missing = wanted.filter((path) => !paths.includes(path))
  report(name, 'ships code, types, readme and licence', missing.length === 0, `missing: ${missing.join(', ')}`)

  const conditions = [...new Set(targets.flatMap((target) => Object.keys(target)))]
  report(name, 'names no source, which is not shipped', String(conditions) === 'types,default', String(conditions))

  const extra = paths.filter(
    (path) =>
      path !== '' &&
      !/^dist\/[\w-]+(\.d\.ts|\.js)$|^(package\.json|LICENSE|README\.md|CHANGELOG\.md)$/.test(path) &&
      !(name === '@keywright/otel' && path === 'grafana/dashboard.json') &&
      !(name === 'keywright' && path.startsWith('templates/')),
  )
  report(name, 'ships nothing else', extra.length === 0, extra.join('\n'))

  const bytes = unpackedBytes(tarball)
  const budget = budgets.unpacked[name]
  report(name, `has at most ${budget} bytes, unpacked (${bytes})`, bytes > 0 && bytes <= budget, 'see test/sizes.json')

  const traces = workspaceTraces(tarball)
  report(name, 'names real versions', traces.length === 0, traces.join('\n'))

  const publint = run(join(bin, 'publint'), ['run', tarball, '--strict'])
  report(name, 'publint --strict', publint.ok, publint.output)

  const attw = run(join(bin, 'attw'), [tarball, '--profile', 'esm-only', '--no-emoji', '--no-color'])
  report(name, 'attw --profile esm-only', attw.ok, attw.output)

  await checkNames(folder, manifest, surface)
}

const into = mkdtempSync(join(tmpdir(), 'keywright-pack-'))
try {
  const surface = read(join(root, 'test/surface.json'))
  const folders = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name))
  for (const folder of folders) {
    if (!read(join(folder, 'package.json')).private) await checkPackage(folder, surface, into)
  }
} finally {
  rmSync(into, { recursive: true, force: true })
}
console.log(`${checks - failures} of ${checks} package checks passed`)
// A run that looked at nothing has not passed.
process.exitCode = failures === 0 && checks > 0 ? 0 : 1
