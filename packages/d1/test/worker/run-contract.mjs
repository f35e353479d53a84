// The contract of stores, run by Vitest inside a worker.
import { testKeyStore } from '@keywright/testkit'
import { startTests } from '@vitest/runner'
import { getTests } from '@vitest/runner/utils'

// What Vitest reads of its worker, where there is one.
globalThis.__vitest_worker__ = { metaEnv: process.env }

/** Runs the contract, and tells of each test how it ended. */
export async function runContract(name, open) {
  const timeouts = { testTimeout: 60_000, hookTimeout: 60_000 }
  const config = { root: '/', setupFiles: [], sequence: { hooks: 'stack' }, tags: [], ...timeouts }
  const importFile = () => testKeyStore({ name, open })
  const files = await startTests(['/contract'], { config, importFile })
  return [...files.filter(({ result }) => result?.errors?.length > 0), ...getTests(files)].map((task) => ({
    name: task.fullTestName ?? task.name,
    state: task.result?.state ?? 'none',
    errors: (task.result?.errors ?? []).map(({ message, diff = '' }) => `${message}\n${diff}`),
  }))
}
