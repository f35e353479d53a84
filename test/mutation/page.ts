import { join } from 'node:path'

/** Where the table is shown. */
export const pagePath = join(import.meta.dirname, '../../docs/reference/mutation.md')

/** What became of the mutants of one group. */
export interface Score {
  /** The commit that was measured. */
  readonly commit: string
  /** A test failed. */
  readonly killed: number
  /** The tests ran the code a hundred times as often as without the mutant, and were stopped: it does not end. */
  readonly endless: number
  /** All tests passed. */
  readonly survived: number
  /** No test runs the code. */
  readonly uncovered: number
  /** The tests took longer than a minute more than usual. It may be the machine, so it counts on neither side. */
  readonly timedOut: number
  /** A comment in the code says why no test can tell the mutant from the code. */
  readonly excused: number
  /** The code could not be loaded: no test was asked. */
  readonly broken: number
}

/** By the name of the group. */
export type Scores = Readonly<Record<string, Score>>

/** What a group must reach, in percent. */
export const leastScore = 90

/** How many of a hundred mutants the tests notice. */
export function scoreOf({ killed, endless, survived, uncovered }: Score): number {
  const noticed = killed + endless
  const all = noticed + survived + uncovered
  return all === 0 ? 0 : (100 * noticed) / all
}

/** The table of `docs/reference/mutation.md`. */
export function mutationTable(scores: Scores): string {
  const rows = Object.entries(scores).map(([name, score]) => {
    const { commit, ...counts } = score
    const { killed, endless, survived, uncovered, timedOut, excused, broken } = counts
    const all = Object.values(counts).reduce((sum, each) => sum + each, 0)
    const cells = [all, killed, endless, survived, uncovered, timedOut, excused, broken]
    return `| ${name} | ${cells.join(' | ')} | ${scoreOf(score).toFixed(1)} % | \`${commit}\` |`
  })
  const head =
    '| group | mutants | killed | endless | survived | not run | timed out | excused | broken | score | commit |'
  return [head, `|---|${'---:|'.repeat(9)}---|`, ...rows].join('\n')
}

const [begin, end] = ['<!-- Written by pnpm check:mutation. -->', '<!-- The end of the table. -->'] as const

/** The page with its table. */
export function withTable(page: string, scores: Scores): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`${pagePath} has no place for the table`)
  return `${page.slice(0, from + begin.length)}\n\n${mutationTable(scores)}\n\n${page.slice(to)}`
}
