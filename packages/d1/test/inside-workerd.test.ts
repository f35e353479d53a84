import { describe, expect, it } from 'vitest'
import { startWorker } from './workerd.js'

/** How a test ended inside the worker. */
interface Ended {
  readonly name: string
  readonly state: string
  readonly errors: readonly string[]
}

// They are run first, so that each can be told by its name.
const worker = await startWorker('worker/worker.mjs', {
  d1Databases: ['DB', 'EMPTY'],
  durableObjects: { KEYS: { className: 'Keys', useSQLite: true } },
})
const suites = [
  { path: '/d1', least: 80 },
  { path: '/durable-object', least: 80 },
  { path: '/cases', least: 10 },
]
const ran: { readonly path: string; readonly least: number; readonly tests: readonly Ended[] }[] = []
for (const suite of suites) {
  const response = await worker.fetch(`http://worker${suite.path}`)
  const text = await response.text()
  if (!response.ok) throw new Error(text)
  ran.push({ ...suite, tests: JSON.parse(text) })
}
await worker.dispose()

describe.each(ran)('inside workerd, $path', ({ tests, least }) => {
  it('runs all tests', () => expect(tests.length).toBeGreaterThanOrEqual(least))

  it.each(tests.map((ended) => [ended.name, ended] as const))('%s', (_, { state, errors }) => {
    expect([state, ...errors]).toEqual(['pass'])
  })
})
