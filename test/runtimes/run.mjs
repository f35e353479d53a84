// What holds in each runtime: the suite on the built packages in Node 20 (this one), 22 and 24, Bun, Deno, and Workers through
// workerd; and, in Node 22 and 24 and in Bun, the tests of core and of every framework. The runtimes come from the npm registry,
// once, into node_modules/.cache. Usage: node test/runtimes/run.mjs [name…]
import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify, stripVTControlCharacters } from 'node:util'

const execute = promisify(execFile)
const root = join(import.meta.dirname, '../..')
const main = join(import.meta.dirname, 'main.mjs')
const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'vitest.workspace.ts']

/** Installs a package of the registry by itself; `npm` runs no script of it. */
async function install(name, version) {
  const folder = join(root, 'node_modules/.cache/runtimes', `${name}-${version}`)
  mkdirSync(folder, { recursive: true })
  const options = ['--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline']
  await execute('npm', ['install', ...options, `${name}@${version}`])
  return join(folder, 'node_modules')
}

const suiteIn = (command, args) => execute(command, [...args, main], { cwd: root })

const runtimes = {
  'Node 20': () => suiteIn(process.execPath, []),
  'Node 22': () => onNode('22'),
  'Node 24': () => onNode('24'),
  Bun: async () => withVitest(join(await install('bun', '1'), '.bin/bun'), ['run'], ['--bun']),
  Deno: async () => suiteIn(join(await install('deno', '2'), '.bin/deno'), ['run', '-A']),
  Workers: onWorkers,
}

const onNode = async (version) => withVitest(join(await install('node', version), '.bin/node'), [], [])

/** Not only the suite: Vitest runs there as well, with the tests of core and of every framework on the source. */
async function withVitest(command, suiteOptions, vitestOptions) {
  const suite = await suiteIn(command, suiteOptions)
  const projects = ['core', 'hono', 'express', 'fastify'].flatMap((name) => ['--project', name])
  const tests = await execute(command, [...vitestOptions, ...vitest, ...projects], {
    cwd: root,
    env: { ...process.env, CI: '' },
    maxBuffer: 1e8,
  })
  const [counted = ''] = /Tests +.*/.exec(stripVTControlCharacters(tests.stdout)) ?? []
  return { stdout: `${suite.stdout.trim()}; Vitest: ${counted.trim()}` }
}

async function onWorkers() {
  const modules = await install('miniflare', '4')
  const { Miniflare } = createRequire(join(modules, 'x.js'))('miniflare')
  const { build } = createRequire(createRequire(import.meta.url).resolve('tsup'))('esbuild')
  const bundle = await build({
    entryPoints: [join(import.meta.dirname, 'worker.mjs')],
    bundle: true,
    format: 'esm',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['node:*'],
    write: false,
  })
  const [file] = bundle.outputFiles
  const compatibility = { compatibilityDate: '2026-05-01', compatibilityFlags: ['nodejs_compat'] }
  const modulesOf = [{ type: 'ESModule', path: 'worker.mjs', contents: file.text }]
  const workers = new Miniflare({ modules: modulesOf, ...compatibility })
  try {
    const response = await workers.dispatchFetch('http://localhost/')
    const { passed, failed } = await response.json()
    if (failed.length > 0) throw new Error(failed.join('\n'))
    return { stdout: `${passed} passed, 0 failed` }
  } finally {
    await workers.dispose()
  }
}

const asked = process.argv.slice(2)
for (const [name, run] of Object.entries(runtimes)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  try {
    const { stdout } = await run()
    console.log(`${name}: ${stdout.trim()}`)
  } catch (error) {
    process.exitCode = 1
    const output = `${error.stdout ?? ''}${error.stderr ?? ''}${error.message}`
    console.log(`${name}: FAILED\n${output.slice(-4_000)}`)
  }
}
