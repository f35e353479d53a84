// An npm registry on this machine, in which our packages are as a release would publish them. It has nothing else: all that they
// depend on comes from the registry that npm is set to. Publish after a build.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { install } from '../support/install.mjs'

const execute = promisify(execFile)
const root = join(import.meta.dirname, '../..')
/** Not of the repository, or made anew where they are needed. `dist` is what is published. */
const leftOut = new Set(['.git', '.next', 'coverage', 'node_modules', 'out', 'tarballs'])

/**
 * Starts an empty registry. `env` is the environment in which npm finds our packages there; `publish` is that of {@link publishAll};
 * `stop` ends the registry, and removes what it kept.
 */
export async function startRegistry() {
  // The last version for Node 20. A package of it asks for a tag of node-fetch, which not every registry hands on.
  const modules = install('verdaccio', '6.8.0', { overrides: { 'node-fetch': '^2.7.0' } })
  const { runServer } = createRequire(join(modules, 'x.js'))('verdaccio')
  const folder = mkdtempSync(join(tmpdir(), 'keywright-registry-'))
  const open = { access: '$all', publish: '$authenticated' }
  const server = await runServer({
    self_path: folder,
    storage: join(folder, 'storage'),
    web: { enable: false },
    auth: { htpasswd: { file: join(folder, 'htpasswd') } },
    packages: { keywright: open, '@keywright/*': open },
    log: { type: 'file', path: join(folder, 'log'), level: 'warn', format: 'json' },
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${server.address().port}/`
  const authFile = join(folder, 'npmrc')
  writeFileSync(authFile, `${url.slice('http:'.length)}:_authToken=${await signUp(url)}\n`)

  return {
    url,
    folder,
    env: { ...process.env, 'npm_config_@keywright:registry': url },
    publish: ['--registry', url, '--npmrc-auth-file', authFile],
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Makes a user who may publish, and gives the token of that user. */
async function signUp(url) {
  const response = await fetch(`${url}-/user/org.couchdb.user:releaser`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'releaser', password: randomBytes(16).toString('hex') }),
  })
  const { token, error } = await response.json()
  if (token === undefined) throw new Error(`The registry makes no user: ${error}`)
  return token
}

/** The manifests in `packages` of a repository that are published. */
const manifestsIn = (repository) =>
  readdirSync(join(repository, 'packages'))
    .map((name) => JSON.parse(readFileSync(join(repository, 'packages', name, 'package.json'), 'utf8')))
    .filter((manifest) => !manifest.private)

/**
 * Does in a copy of this repository what a release does: gives all packages their next version by the changesets that wait, and
 * publishes them. Gives name and version of each, and what the registry had after it was only tried.
 */
export async function publishAll(registry) {
  const copy = join(registry.folder, 'repository')
  mkdirSync(copy)
  cpSync(root, copy, { recursive: true, verbatimSymlinks: true, filter: (path) => !leftOut.has(basename(path)) })
  const run = (command, ...args) => execute(command, args, { cwd: copy, maxBuffer: 1e8 })
  // Changesets looks up in which commit each change came.
  await run('git', 'init', '--quiet', '--initial-branch', 'main')
  await run('git', 'add', '--all')
  const author = ['-c', 'user.name=Release', '-c', 'user.email=release@localhost']
  await run('git', ...author, '-c', 'commit.gpgsign=false', 'commit', '--quiet', '--message', 'As it is')
  await run('pnpm', 'install', '--frozen-lockfile', '--prefer-offline', '--ignore-scripts')
  await run('pnpm', 'run', 'release:version')

  const publish = ['publish', '--recursive', '--access', 'public', '--no-git-checks', ...registry.publish]
  await run('pnpm', ...publish, '--dry-run')
  const packages = manifestsIn(copy).map(({ name, version }) => ({ name, version }))
  const afterDryRun = await Promise.all(packages.map(({ name }) => publishedAs(registry, name)))
  await run('pnpm', ...publish)
  return { packages, afterDryRun: afterDryRun.filter((one) => one !== null) }
}

/** What the registry says of a package; `null` if it has none of this name. */
export async function publishedAs(registry, name) {
  const response = await fetch(`${registry.url}${name.replace('/', '%2f')}`)
  return response.status === 404 ? null : response.json()
}
