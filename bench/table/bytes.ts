import { type Bytes, measureBytes } from '../../test/performance/measure-bytes.js'
import { spreadOf } from '../compare.js'
import type { Part } from './row.js'

/** What a call allocates, each time in a fresh process. */
export const bytes: Part = async ({ rounds }) => {
  const measured: Bytes[] = []
  for (let child = 0; child < Math.min(rounds, 9); child += 1) measured.push(await measureBytes())
  const row = (what: string, call: keyof Bytes, mostBytes: number) => ({
    what,
    against: 'bytes allocated',
    target: { mostBytes },
    measured: spreadOf(measured.map((one) => one[call])),
  })
  return [row('verify, keys in memory', 'verify', 2_000), row('a request of Node through a gate', 'gate', 4_000)]
}
