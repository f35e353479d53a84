// Packs core, kysely and hono, installs them in an empty folder as a host would, bundles an app with each bundler, and runs each
// bundle. A warning of a bundler is a failure. Run after a build. Usage: node test/bundles/run.mjs
import { execFile } from 'node:child_process'
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build as esbuild } from 'esbuild'
import { createLogger, build as vite } from 'vite'
import webpack from 'webpack'
import { npmInstall, packInto } from '../support/pack.mjs'

const execute = promisify(execFile)
const root = join(import.meta.dirname, '../..')
const packages = ['core', 'kysely', 'hono']
/** As new as in this repository. */
const others = ['hono', 'kysely', 'libsql']
/** A driver with a binary is left to the host's `node_modules`; so is Node itself. */
const external = ['libsql', 'node:*']
const isExternal = [/^node:/, 'libsql']

const host = mkdtempSync(join(tmpdir(), 'keywright-bundles-'))

async function install() {
  const tarballs = await packInto(host, packages)
  const versions = others.map((name) => {
    const { version } = JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8'))
    return `${name}@${version}`
  })
  writeFileSync(join(host, 'package.json'), JSON.stringify({ name: 'host', private: true, type: 'module' }))
  for (const file of ['app.mjs', 'page.mjs']) copyFileSync(join(import.meta.dirname, file), join(host, file))
  await npmInstall(host, [...versions, ...Object.values(tarballs)])
}

const entry = join(host, 'app.mjs')
const outdir = (name) => join(host, 'out', name)

/** Bundles by esbuild; its warnings. */
const byEsbuild = (options) => async (out) => {
  const { warnings } = await esbuild({
    entryPoints: [entry],
    outdir: out,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    external,
    logLevel: 'silent',
    ...options,
  })
  return warnings.map(({ text }) => text)
}

/** Bundles by webpack; its warnings and errors. */
const byWebpack = (options) => async (out) => {
  const stats = await promisify(webpack)({
    context: host,
    entry,
    mode: 'production',
    target: 'node20',
    externalsPresets: { node: true },
    externalsType: 'module',
    externals: ['libsql'],
    experiments: { outputModule: true },
    output: { path: out, filename: 'app.mjs', module: true, chunkFormat: 'module', library: { type: 'module' } },
    ...options,
  })
  const { warnings = [], errors = [] } = stats?.toJson({ all: false, warnings: true, errors: true }) ?? {}
  return [...warnings, ...errors].map(({ message }) => message)
}

/** Bundles by Vite; its warnings. */
const byVite =
  (build, options = {}) =>
  async (out) => {
    const warnings = []
    const logger = createLogger('silent')
    logger.warn = (message) => warnings.push(message)
    logger.warnOnce = logger.warn
    await vite({
      root: host,
      configFile: false,
      logLevel: 'warn',
      customLogger: logger,
      build: { outDir: out, emptyOutDir: true, ...build },
      ...options,
    })
    return warnings
  }

const output = { entryFileNames: 'app.mjs' }
const bundlers = {
  'esbuild --platform=node': byEsbuild({ platform: 'node' }),
  // A neutral platform has no main fields: kysely and hono have `exports`, so none are needed.
  'esbuild --platform=neutral': byEsbuild({ platform: 'neutral' }),
  'esbuild --platform=neutral --minify --splitting': byEsbuild({
    platform: 'neutral',
    minify: true,
    splitting: true,
  }),
  'esbuild --platform=browser, of a page': byEsbuild({
    platform: 'browser',
    entryPoints: { app: join(host, 'page.mjs') },
    external: [],
  }),
  'esbuild --format=cjs': byEsbuild({ platform: 'node', format: 'cjs', outExtension: { '.js': '.cjs' } }),
  webpack: byWebpack({}),
  'vite build --ssr': byVite(
    { ssr: entry, rolldownOptions: { output, external: isExternal } },
    { ssr: { noExternal: true, external: ['libsql'] } },
  ),
  'vite build, as a library': byVite({
    lib: { entry, formats: ['es'] },
    rolldownOptions: { output, external: isExternal },
  }),
}

async function bundleAndRun(name, bundle) {
  const warnings = await bundle(outdir(name))
  if (warnings.length > 0) throw new Error(warnings.join('\n'))
  const [file = ''] = readdirSync(outdir(name)).filter((one) => one.startsWith('app.'))
  const { stdout, stderr } = await execute(process.execPath, [join(outdir(name), file)], { cwd: host })
  if (stdout.trim() !== 'ok' || stderr !== '') throw new Error(`${stdout}${stderr}`)
}

let failed = 0
try {
  await install()
  for (const [name, bundle] of Object.entries(bundlers)) {
    try {
      await bundleAndRun(name, bundle)
      console.log(`ok   ${name}`)
    } catch (error) {
      failed += 1
      console.log(
        `FAIL ${name}\n${`${error.message}\n${error.stderr ?? ''}`.slice(0, 4_000).replace(/^/gm, '       ')}`,
      )
    }
  }
} finally {
  rmSync(host, { recursive: true, force: true })
}
console.log(`${Object.keys(bundlers).length - failed} of ${Object.keys(bundlers).length} bundles ran`)
process.exitCode = failed === 0 ? 0 : 1
