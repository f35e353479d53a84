import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import { install } from '../../../test/support/install.mjs'

/** A worker that runs. */
export interface RunningWorker {
  fetch(url: string, init?: RequestInit): Promise<Response>
  dispose(): Promise<void>
}

interface Miniflare {
  dispatchFetch(url: string, init?: RequestInit): Promise<Response>
  dispose(): Promise<void>
}

const require = createRequire(import.meta.url)

/**
 * Bundles a worker with the sources of all packages, and starts it in workerd.
 *
 * @param bindings - What it has, in the words of Miniflare.
 */
export async function startWorker(entry: string, bindings: object): Promise<RunningWorker> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, entry)],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['@keywright/source', 'workerd', 'worker', 'browser'],
    external: ['node:*', 'cloudflare:*', 'fs', 'module', 'path'],
    nodePaths: [join(dirname(require.resolve('vitest/package.json')), '..')], // what Vitest itself depends on
    write: false,
  })
  const modules = install('miniflare', '4', { scripts: true })
  // Its types are not there for our compiler: it asks for a newer Node than ours, and so is not in the lockfile.
  const { Miniflare } = createRequire(join(modules, 'x.js'))('miniflare') as {
    readonly Miniflare: new (options: object) => Miniflare
  }
  const worker = new Miniflare({
    modules: [{ type: 'ESModule', path: 'worker.mjs', contents: outputFiles[0]?.text ?? '' }],
    compatibilityDate: '2026-04-01',
    compatibilityFlags: ['nodejs_compat'],
    ...bindings,
  })
  return {
    fetch: (url, init) => worker.dispatchFetch(url, init),
    dispose: () => worker.dispose(),
  }
}
