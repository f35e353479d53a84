import { beforeAll, describe, expect, it } from 'vitest'
import { type FixtureRun, runFixture } from './run-fixture.js'

let run: FixtureRun

beforeAll(async () => {
  run = await runFixture('stores.fixture.ts')
}, 120_000)

const titles = (store: string, status: 'passed' | 'failed') => run.titles(`${store}: KeyStore`, status)

const addsUp = (limit: number) =>
  `adds up hours to days, ${limit} at a time: what is asked for by day stays the same (USE-6)`

describe('testKeyStore', () => {
  it('B7: passes a sound store in every test', () => {
    expect(titles('sound', 'failed')).toEqual([])
    expect(titles('sound', 'passed').length).toBeGreaterThan(40)
  })

  it.each([
    [
      'reads before it writes',
      [
        'lets one of many concurrent revokes win, for each decision sees what the one before it left',
        'loses none of many concurrent changes to one key',
        'lets exactly 3 of 50 concurrent inserts through at limit 3 (LIM-2)',
        'lets one of two concurrent replacements win',
        'keeps one value when several come at once (HASH-13)',
        'let one of many runs at once begin (ROT-7)',
      ],
    ],
    [
      'lists for everybody',
      [
        'has the keys of this creator alone, and pages of them',
        'have what a plain filter and sort of all keys has, whatever is combined, page by page',
        'lists and counts the key with its new owner and creator from then on, and not with those before',
      ],
    ],
    [
      'sorts as it is written',
      ['have what a plain filter and sort of all keys has, whatever is combined, page by page'],
    ],
    [
      'takes refusals for uses',
      [
        'has refusals beside it, by code, which are no use, and count once for a batch',
        ...[1, 2, 100].map(addsUp),
        'counts each use once, whatever is added up and written at once (USE-2)',
      ],
    ],
    [
      'audits apart',
      [
        'lets one of many concurrent revokes win, for each decision sees what the one before it left',
        'lets exactly 3 of 50 concurrent inserts through at limit 3 (LIM-2)',
        'changes nothing when the audit record cannot be written (AUD-2)',
        "chains an organisation's records without gaps under concurrent changes (AUD-4)",
        'appends records that belong to no change, and returns the end of the chain',
        'filters in both directions',
        'chains with the audit key when one is given, and names it in the record (AUD-6, AUD-10)',
        'that fail leave nothing behind that lists find',
        'lets a log begin after a record, which another one says, and then removes what is before it (AUD-13)',
        'lets no log begin elsewhere than asked, nor after what is no record of it',
        'lets one of several moves at once win, and loses no record that is appended meanwhile (AUD-4)',
        'appends the records of a change to the log of its organization, also of several at once',
        'carries out a request that is recorded once, of several at once',
        'are kept as they were written, with the change of their key or without one',
        'are found when they are due, the earliest first, and then no more than asked for',
        'let one of many runs at once begin (ROT-7)',
      ],
    ],
    [
      'writes the whole record',
      ['replaces the hash that it was given, and changes nothing else', 'does not undo a concurrent change (CONS-14)'],
    ],
    [
      'forgets a field',
      ['writes the given fields, counts the change, and keeps all other fields', 'writes disabledAt only'],
    ],
    ['begins anywhere', ['lets no log begin elsewhere than asked, nor after what is no record of it']],
    [
      'loses days',
      [...[1, 2, 100].map(addsUp), 'adds an hour that is written late to its day, and moves no last use back (USE-1)'],
    ],
  ])('B7: fails a store that %s, in the expected tests only', (store, failing) => {
    expect(titles(store, 'failed')).toEqual(failing)
    expect(titles(store, 'passed')).toHaveLength(titles('sound', 'passed').length - failing.length)
    expect(run.exitCode).toBe(1)
  })
})
