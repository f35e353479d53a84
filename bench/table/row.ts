import { type Measured, medianOf, type Spread, type Turns, timesAsFast } from '../compare.js'

/** What was measured, against what it should be. */
export interface Row {
  readonly what: string
  /** What it is compared with. */
  readonly against: string
  readonly target: Target | null
  /** Times as fast, or bytes; `null` where what it is compared with is not at hand. */
  readonly measured: Spread | null
  /** The processor time of one, and of one of the others, in µs. */
  readonly processorUs?: readonly [number, number]
}

/** At least or more than so many times as fast, or at most so many bytes. */
export type Target = { readonly least: number } | { readonly above: number } | { readonly mostBytes: number }

/** A part of the table: measures its rows. */
export type Part = (turns: Turns) => Promise<readonly Row[]>

/** The row of one contender against another in the same run. */
export function rowOf(ours: Measured | undefined, theirs: Measured | undefined, target: Target | null): Row {
  if (ours === undefined || theirs === undefined) throw new Error('Each contender was measured')
  return {
    what: ours.name,
    against: theirs.name,
    target,
    measured: timesAsFast(ours, theirs),
    processorUs: [medianOf(ours, 'cpuUs'), medianOf(theirs, 'cpuUs')],
  }
}

/** Whether a row is where it should be: `null` where nothing was measured, or nothing is asked for. */
export function isMet({ target, measured }: Row): boolean | null {
  if (target === null || measured === null) return null
  if ('least' in target) return measured.median >= target.least
  if ('above' in target) return measured.median > target.above
  return measured.median <= target.mostBytes
}

/** The row of what could not be measured here. */
export function missingRow(what: string, against: string, target: Target | null): Row {
  return { what, against, target, measured: null }
}
