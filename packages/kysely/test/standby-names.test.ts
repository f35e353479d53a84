import { describe, expect, it } from 'vitest'
import { readStandbyNames } from '../src/replicas/standby-names.js'

describe('synchronous_standby_names', () => {
  it.each<[setting: string, names: string[]]>([
    ['s1', ['s1']],
    ['FIRST 2 (s1, s2)', ['s1', 's2']],
    ['first 1(S1)', ['s1']],
    ['ANY 3 (a,b , "c")', ['a', 'b', 'c']],
    ['any\t2\n( "node-1" ,"Node 2" )', ['node-1', 'node 2']],
    ['2 ("a,b", "c""d")', ['a,b', 'c"d']],
    ['2 (s1, 7)', ['s1', '7']],
    ['1 ("first")', ['first']],
    ['1 ("(")', ['(']],
  ])('waits for all in %j (REP-2)', (setting, names) => {
    expect(readStandbyNames(setting)).toEqual({ names, areAllWaitedFor: true })
  })

  it.each<[setting: string, names: string[]]>([
    ['s1, s2', ['s1', 's2']],
    ['FIRST 1 (s1, s2)', ['s1', 's2']],
    ['ANY 1 (s1, s2)', ['s1', 's2']],
    ['3 (s1, s2)', ['s1', 's2']],
    ['0 (s1)', ['s1']],
  ])('does not wait for all in %j (REP-2)', (setting, names) => {
    expect(readStandbyNames(setting)).toEqual({ names, areAllWaitedFor: false })
  })

  it.each([
    '',
    ' ',
    '*',
    '"*"',
    '1 (*)',
    '2 (s1, "*")',
    '2 (s1, s1)',
    '2 (s1, S1)',
    '(s1)',
    'FIRST (s1)',
    'FIRST 1 1 (s1)',
    '1 FIRST (s1)',
    'LAST 1 (s1)',
    'first',
    '1 (first)',
    '1 (s1',
    '1 s1)',
    '1 (s1,)',
    '2 (s1 s2)',
    '1 (s-1)',
    '1 ("s1)',
    '1 ((s1))',
    '1 (s1) x',
    '1 ("é")',
    '1 ("")',
  ])('is not understood in %j, and waits for nobody (REP-2)', (setting) => {
    expect(readStandbyNames(setting)).toEqual({ names: [], areAllWaitedFor: false })
  })
})
