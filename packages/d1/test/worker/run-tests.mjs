// Vitest, inside a worker.
import { startTests } from '@vitest/runner'
import { getTests } from '@vitest/runner/utils'

// What Vitest reads of its worker, where there is one.
globalThis.__vitest_worker__ = { metaEnv: process.env }

/** Runs the tests that `define` defines, and tells of each how it ended. */
export async function runTests(define) {
  const timeouts = { testTimeout: 60_000, hookTimeout: 60_000 }
  const config = { root: '/', setupFiles: [], sequence: { hooks: 'stack' }, tags: [], ...timeouts }
  const files = await startTests(['/tests'], { config, importFile: define })
  const broken = files.filter(({ result }) => result?.errors?.length > 0)
  return [...broken, ...getTests(files)].map(({ name, fullTestName = name, result }) => ({
    name: fullTestName,
    state: result?.state ?? 'none',
    errors: (result?.errors ?? []).map(({ message, diff = '', stack = '' }) => `${message}\n${diff}\n${stack}`),
  }))
}
