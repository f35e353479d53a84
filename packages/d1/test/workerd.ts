import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import { install } from '../../../test/support/install.mjs'

/** A worker that runs, with a database `DB` and a class of objects `KEYS`. */
export interface RunningWorker {
  fetch(url: string, init?: RequestInit): Promise<Response>
  dispose(): Promise<void>
}

interface Miniflare {
  dispatchFetch(url: string, init?: RequestInit): Promise<Response>
  dispose(): Promise<void>
}

const require = createRequire(import.meta.url)

/** Bundles a worker of `test/worker` from the sources of all packages, and starts it in workerd. */
export async function startWorker(entry: string): Promise<RunningWorker> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'worker', entry)],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['@keywright/source', 'workerd', 'worker', 'browser'],
    external: ['node:*', 'cloudflare:*', 'fs', 'module', 'path'],
    nodePaths: [join(dirname(require.resolve('vitest/package.json')), '..')], // what Vitest itself depends on
    write: false,
  })
  const modules = install('miniflare', '4', { scripts: true })
  // It has no types that our compiler could read: it is not in the lockfile.
  const { Miniflare } = createRequire(join(modules, 'x.js'))('miniflare') as {
    readonly Miniflare: new (options: object) => Miniflare
  }
  const worker = new Miniflare({
    modules: [{ type: 'ESModule', path: `${entry}.mjs`, contents: outputFiles[0]?.text ?? '' }],
    compatibilityDate: '2026-04-01',
    compatibilityFlags: ['nodejs_compat'],
    d1Databases: ['DB'],
    durableObjects: { KEYS: { className: 'Keys', useSQLite: true } },
  })
  return {
    fetch: (url, init) => worker.dispatchFetch(url, init),
    dispose: () => worker.dispose(),
  }
}
