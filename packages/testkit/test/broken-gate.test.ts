import { beforeAll, describe, expect, it } from 'vitest'
import { testsEverything } from '../../../test/support/everything.js'
import { type FixtureRun, runFixture } from './run-fixture.js'

let run: FixtureRun

beforeAll(async () => {
  run = await runFixture('gates.fixture.ts')
}, 120_000)

const titles = (gate: string, status: 'passed' | 'failed') => run.titles(`${gate}: gate`, status)

describe.runIf(testsEverything)('testGate', () => {
  it('B7: passes a sound adapter in every test', () => {
    expect(titles('sound', 'failed')).toEqual([])
    expect(titles('sound', 'passed').length).toBeGreaterThan(60)
  })

  it.each<[string, number, RegExp]>([
    ['joins lines', 1, /^reads each of the 89 ways/],
    [
      'passes an outage',
      11,
      /answers 503 and does not call the handler|a resource that throws|a local proxy that does not say|not at all where none can be bound/,
    ],
    ['passes OPTIONS', 2, /^refuses OPTIONS|^lets no request without a key/],
    ['drops fields', 8, /./],
    ['believes anyone', 1, /^not as a stranger says|prox(y|ies)|^behind what the client says/],
  ])('fails an adapter that %s', (gate, count, pattern) => {
    const failed = titles(gate, 'failed')
    expect(failed.length).toBeGreaterThanOrEqual(count)
    expect(failed.filter((title) => !pattern.test(title))).toEqual([])
    expect(titles(gate, 'passed').length + failed.length).toBe(titles('sound', 'passed').length)
    expect(run.exitCode).toBe(1)
  })
})
