import { beforeAll, describe, expect, it } from 'vitest'
import { type FixtureRun, runFixture } from './run-fixture.js'

let run: FixtureRun

beforeAll(async () => {
  run = await runFixture('stores.fixture.ts')
}, 60_000)

const titles = (store: string, status: 'passed' | 'failed') => run.titles(`${store}: KeyStore`, status)

describe('testKeyStore', () => {
  it('B7: passes a sound store, whole', () => {
    expect(titles('sound', 'failed')).toEqual([])
    expect(titles('sound', 'passed').length).toBeGreaterThan(40)
  })

  it.each([
    [
      'reads before it writes',
      [
        'lets one of many concurrent revokes win: each decision sees what the one before it left',
        'loses none of many concurrent changes to one key',
        'lets exactly 3 of 50 parallel inserts through at limit 3 (LIM-2)',
        'lets one of two concurrent replacements win',
      ],
    ],
    [
      'audits apart',
      [
        'lets one of many concurrent revokes win: each decision sees what the one before it left',
        'lets exactly 3 of 50 parallel inserts through at limit 3 (LIM-2)',
        'changes nothing where the audit record cannot be written (AUD-2)',
        'chains an organisation’s records without gaps, under any number of concurrent changes (AUD-4)',
        'appends records that belong to no change, and knows the end of the chain',
        'filters, in both directions',
        'chains with a key, where one is given (AUD-6)',
      ],
    ],
    [
      'writes the whole record',
      [
        'replaces the hash it was told of, and touches nothing else',
        'undoes nothing of a change that runs at the same time (CONS-14)',
      ],
    ],
    [
      'forgets a field',
      ['writes the fields it is given, counts the change, and keeps all others', 'writes disabledAt alone'],
    ],
  ])('B7: fails a store that %s: in these tests and no others', (store, failing) => {
    expect(titles(store, 'failed')).toEqual(failing)
    expect(titles(store, 'passed')).toHaveLength(titles('sound', 'passed').length - failing.length)
    expect(run.exitCode).toBe(1)
  })
})
