// Publishes all packages to a registry on this machine, as a release would, and installs them from there in an empty folder, as a
// stranger would. Run after a build. Usage: node test/publish/run.mjs
import { execFile } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual, promisify } from 'node:util'
import { publishAll, publishedAs, startRegistry } from './registry.mjs'

const execute = promisify(execFile)
const root = join(import.meta.dirname, '../..')

let passed = 0

/** One line per check, with what was there instead under it when it failed. */
function check(name, actual, expected) {
  const ok = isDeepStrictEqual(actual, expected)
  if (ok) passed += 1
  else process.exitCode = 1
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name}`)
  if (!ok)
    console.log(`${JSON.stringify(actual, null, 2)}\nin place of ${JSON.stringify(expected)}`.replace(/^/gm, '       '))
}

/** How a command ends: what it says, if it fails. */
const outcome = (command) =>
  command.then(
    () => 'went well',
    (error) => `${error.stdout}${error.stderr}`,
  )

const read = (path) => readFileSync(join(root, path), 'utf8')

/** What is published is one release, and each package asks for the core of it. */
async function checkRelease(registry, { packages, afterDryRun }) {
  check('a dry run publishes nothing', afterDryRun, [])
  const folders = readdirSync(join(root, 'packages')).map((folder) =>
    folder === 'cli' ? 'keywright' : `@keywright/${folder}`,
  )
  check('each folder of packages is one', packages.map(({ name }) => name).sort(), folders.sort())
  const [{ version }] = packages
  check('all have one version', [...new Set(packages.map((one) => one.version))], [version])
  check('it is 0.1.0 or later', version.startsWith('0.0.'), false)
  const isMajor = majorOf(version) > majorOf(JSON.parse(read('packages/core/package.json')).version)
  check('it is a major one if a changeset asks for that, and otherwise not', isMajor, asksForMajor())
  for (const { name } of packages) {
    const found = await publishedAs(registry, name)
    check(`${name} is the latest of its name`, found?.['dist-tags'], { latest: version })
    const core = name === '@keywright/core' ? undefined : `^${version}`
    const peers = found?.versions[version]?.peerDependencies ?? {}
    check(`${name} goes with the core of its release`, peers['@keywright/core'], core)
  }
}

const majorOf = (version) => Number(version.split('.')[0])

const asksForMajor = () =>
  readdirSync(join(root, '.changeset')).some(
    (name) => name.endsWith('.md') && /^['"]@.*: major$/m.test(read(`.changeset/${name}`)),
  )

/** npm finds nothing to complain about in a folder that has all packages, with the peers that it brings by itself; and they work. */
async function checkInstalled(registry, { packages }) {
  const folder = join(registry.folder, 'app')
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  copyFileSync(join(import.meta.dirname, 'first-key.mjs'), join(folder, 'first-key.mjs'))
  const run = (command, ...args) => execute(command, args, { cwd: folder, env: registry.env, maxBuffer: 1e8 })

  // sqliteStore takes libsql on Node 20. npm looks for names without a scope in its own registry.
  const at = ({ name, version }) => (name.startsWith('@') ? name : `${registry.url}${name}/-/${name}-${version}.tgz`)
  const names = packages.map(at)
  const installing = run('npm', 'install', '--no-audit', '--no-fund', ...names, 'libsql')
  check('npm installs them', await outcome(installing), 'went well')
  const locked = JSON.parse(readFileSync(join(folder, 'node_modules/.package-lock.json'), 'utf8')).packages
  for (const { name, version } of packages) {
    const published = await publishedAs(registry, name)
    const { integrity } = published.versions[version].dist
    check(`${name} is what was published`, locked[`node_modules/${name}`]?.integrity, integrity)
  }
  check('npm ls finds no problem', await outcome(run('npm', 'ls', '--all')), 'went well')
  check('the command line starts', (await run('npx', 'keywright', '--version')).stdout.trim(), packages[0].version)
  check('a first key is created, verified and revoked', await outcome(run('node', 'first-key.mjs')), 'went well')
}

const registry = await startRegistry()
try {
  const release = await publishAll(registry)
  await checkRelease(registry, release)
  await checkInstalled(registry, release)
} catch (error) {
  process.exitCode = 1
  console.log(`FAIL ${error.message}\n${error.stdout ?? ''}${error.stderr ?? ''}`)
} finally {
  await registry.stop()
}
console.log(`${passed} checks of published packages passed`)
