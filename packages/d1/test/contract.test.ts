import { describe, expect, it } from 'vitest'
import { startWorker } from './workerd.js'

/** How a test ended inside the worker. */
interface Ended {
  readonly name: string
  readonly state: string
  readonly errors: readonly string[]
}

const worker = await startWorker('contract.mjs')
const databases = []
for (const path of ['d1', 'durable-object']) {
  const response = await worker.fetch(`http://worker/${path}`)
  if (!response.ok) throw new Error(await response.text())
  databases.push({ path, tests: (await response.json()) as readonly Ended[] })
}
await worker.dispose()

describe.each(databases)('inside workerd, $path', ({ tests }) => {
  it('runs the whole contract', () => {
    expect(tests.length).toBeGreaterThan(80)
  })

  it.each(tests.map((ended) => [ended.name, ended] as const))('%s', (_, { state, errors }) => {
    expect([state, errors]).toEqual(['pass', []])
  })
})
