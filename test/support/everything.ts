import { describe, it } from 'vitest'

/**
 * Whether this run tests everything: also what repeats the same tests on other versions, engines and servers. `.ci/run` sets the
 * variable. A server that does not answer is then a failure.
 */
export const testsEverything: boolean = process.env.KEYWRIGHT_TEST_EVERYTHING === '1'

/**
 * Returns the rows to test. A run that does not test everything tests those that `isEnough` picks; each of the others becomes a
 * skipped suite, so that the end of the run prints its name.
 */
export function unlessEverything<T>(
  rows: readonly T[],
  isEnough: (row: T) => boolean,
  nameOf: (row: T) => string,
): readonly T[] {
  if (testsEverything) return rows
  for (const row of rows.filter((one) => !isEnough(one))) repeatOnly(nameOf(row))
  return rows.filter(isEnough)
}

/** Names a suite that only a run that tests everything has. */
export function repeatOnly(name: string): void {
  describe.skip(name, () => it.todo('needs KEYWRIGHT_TEST_EVERYTHING=1'))
}

/** A suite that only a run that tests everything has. */
export function describeFully(name: string, suite: () => void): void {
  if (testsEverything) describe(name, suite)
  else repeatOnly(name)
}
