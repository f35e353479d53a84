// What holds in each runtime: the suite on the built packages, and Vitest on the source: in Node 20, 22 and 24, Bun and Deno the
// tests of core, of every guard and of sqliteStore; in Node 22 and 24 and Bun the drivers of SQLite; in Workers (workerd) the one
// table of all guards through those that run there, and the MCP server of the docs. The runtimes come from the npm registry, once.
// Usage: node test/runtimes/run.mjs [name…]
import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify, stripVTControlCharacters } from 'node:util'
import { install } from '../support/install.mjs'

const execute = promisify(execFile)
const root = join(import.meta.dirname, '../..')
const main = join(import.meta.dirname, 'main.mjs')
const guards = ['packages/hono/', 'packages/express/', 'packages/fastify/', 'packages/testkit/test/fetch-gate.test.ts']
const vitest = [
  'node_modules/vitest/vitest.mjs',
  'run',
  '--config',
  'vitest.workspace.ts',
  'packages/core/',
  ...guards,
  'packages/kysely/test/sqlite-store.test.ts',
]

/** Drivers of SQLite that only newer runtimes have. */
const drivers = ['packages/kysely/test/drivers.test.ts']

const suiteIn = (command, args) => execute(command, [...args, main], { cwd: root })

const runtimes = {
  // Where this is Node 20, `pnpm test` runs Vitest on it.
  'Node 20': () => (process.version.startsWith('v20.') ? suiteIn(process.execPath, []) : onNode('20')),
  'Node 22': () => onNode('22'),
  'Node 24': () => onNode('24'),
  Bun: async () => withVitest(join(install('bun', '1', { scripts: true }), '.bin/bun'), ['run'], ['--bun'], drivers),
  Deno: async () =>
    withVitest(join(install('deno', '2', { scripts: true }), '.bin/deno'), ['run', '-A'], ['run', '-A']),
  Workers: onWorkers,
}

const onNode = async (version) =>
  withVitest(join(install('node', version, { scripts: true }), '.bin/node'), [], [], drivers)

/** The suite, and the tests of core and of every guard, and those that only this runtime needs. */
async function withVitest(command, suiteOptions, vitestOptions, more = []) {
  const suite = await suiteIn(command, suiteOptions)
  const tests = await execute(command, [...vitestOptions, ...vitest, ...more], {
    cwd: root,
    // The quick run: what is repeated on every engine is repeated once, by `pnpm test:everything`.
    env: { ...process.env, CI: '', KEYWRIGHT_TEST_EVERYTHING: '' },
    maxBuffer: 1e8,
  })
  const [counted = ''] = /Tests +.*/.exec(stripVTControlCharacters(tests.stdout)) ?? []
  return { stdout: `${suite.stdout.trim()}; Vitest: ${counted.trim()}` }
}

async function onWorkers() {
  const suite = await inWorker('worker.mjs', [])
  const table = await inWorker('gate-worker.mjs', ['@keywright/source'])
  const tours = await inWorker('mcp-worker.mjs', ['@keywright/source'])
  return { stdout: `${suite} passed, 0 failed; Vitest: Tests  ${table} passed (${table}); MCP: ${tours} passed` }
}

/** Runs what a worker holds, and tells how many checks have passed. */
async function inWorker(entry, conditions) {
  const modules = install('miniflare', '4', { scripts: true })
  const { Miniflare } = createRequire(join(modules, 'x.js'))('miniflare')
  const require = createRequire(import.meta.url)
  const { build } = createRequire(require.resolve('tsup'))('esbuild')
  const bundle = await build({
    entryPoints: [join(import.meta.dirname, entry)],
    bundle: true,
    format: 'esm',
    conditions: [...conditions, 'workerd', 'worker', 'browser'],
    external: ['node:*', 'fs', 'module', 'path'],
    nodePaths: [join(dirname(require.resolve('vitest/package.json')), '..')], // what Vitest itself depends on
    write: false,
  })
  const [file] = bundle.outputFiles
  const said = []
  const workers = new Miniflare({
    modules: [{ type: 'ESModule', path: entry, contents: file.text }],
    compatibilityDate: '2026-05-01',
    compatibilityFlags: ['nodejs_compat'],
    unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }], // without Miniflare's own worker before ours
    // It says at length which targets it refuses: of interest where something fails.
    handleRuntimeStdio: (...streams) => {
      for (const stream of streams) stream.on('data', (chunk) => said.push(chunk))
    },
  })
  try {
    const { port } = await workers.unsafeGetDirectURL()
    const response = await workers.dispatchFetch(`http://run.localhost:${port}/`)
    const { passed, failed } = await response.json()
    if (failed.length > 0) throw new Error(failed.join('\n'))
    return passed
  } catch (error) {
    throw Object.assign(error, { stderr: Buffer.concat(said).toString() })
  } finally {
    await workers.dispose()
  }
}

const asked = process.argv.slice(2)
const left = Object.entries(runtimes).filter(([name]) => asked.length === 0 || asked.includes(name))

/** Runs one runtime after the other, as long as there are any. */
async function lane() {
  for (let next = left.shift(); next !== undefined; next = left.shift()) {
    const [name, run] = next
    try {
      const { stdout } = await run()
      console.log(`${name}: ${stdout.trim()}`)
    } catch (error) {
      process.exitCode = 1
      const output = `${error.stdout ?? ''}${error.stderr ?? ''}${error.message}`
      console.log(`${name}: FAILED\n${output.slice(-4_000)}`)
    }
  }
}
// Much of the time of each goes by in waiting.
await Promise.all([lane(), lane()])
