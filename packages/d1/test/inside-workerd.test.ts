import { describe, expect, it } from 'vitest'
import { repeatOnly, testsEverything } from '../../../test/support/everything.js'
import { startWorker } from './workerd.js'

/** A suite of `worker/worker.mjs`, and how each of its tests ended. */
interface Suite {
  readonly path: string
  readonly tests: readonly { readonly name: string; readonly state: string; readonly errors: readonly string[] }[]
}

/** Runs the suites before anything else, so that each test can be told by its name. */
async function runInside(paths: readonly string[]): Promise<readonly Suite[]> {
  const worker = await startWorker('worker/worker.mjs', {
    d1Databases: ['DB', 'EMPTY'],
    durableObjects: { KEYS: { className: 'Keys', useSQLite: true } },
  })
  const suites: Suite[] = []
  for (const path of paths) {
    const response = await worker.fetch(`http://worker${path}`)
    const text = await response.text()
    if (!response.ok) throw new Error(text)
    suites.push({ path, tests: JSON.parse(text) })
  }
  await worker.dispose()
  return suites
}

// workerd is no small download, so a quick run has the statements alone, on the SQLite that is there.
if (!testsEverything) repeatOnly('the contract inside workerd')
const suites = testsEverything ? await runInside(['/d1', '/durable-object', '/cases']) : []

describe.each(suites)('inside workerd, $path (B14)', ({ path, tests }) => {
  it('runs all tests', () => expect(tests.length).toBeGreaterThanOrEqual(path === '/cases' ? 10 : 80))

  it.each(tests.map((ended) => [ended.name, ended] as const))('%s', (_, { state, errors }) => {
    expect([state, ...errors]).toEqual(['pass'])
  })
})
