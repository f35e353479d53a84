import type { Act, SoakKey } from './act.js'
import type { Life } from './life.js'
import { reportsOf } from './told.js'
import { usageFlushMs } from './world.js'

/** How long writing may take, beside the time for which uses are collected. */
const writingMs = 2_000

/** How many uses passed and were recorded. */
export interface UsesReport {
  readonly passed: number
  readonly recorded: number
  /** How many of them may be lost: those of a killed process in its last moments, and those that a closing one has told. */
  readonly mayBeLost: number
  /** What is lost or counted too often, in words. */
  readonly faults: readonly string[]
}

/**
 * Compares the uses that were recorded with the answers, key by key.
 *
 * @param recorded - How many uses the store has, by key.
 */
export function compareUses(act: Act, recorded: ReadonlyMap<string, number>): UsesReport {
  const told = sum(act.allLives.flatMap((life) => reportsOf(life, 'usage_lost').map(({ uses }) => uses)))
  const faults: string[] = []
  const all = { passed: 0, recorded: 0, mayBeLost: told }
  let mayBeTold = told
  for (const key of act.keys) {
    const passed = sum(act.allLives.map(({ got }) => got.passed.get(key.id)?.length ?? 0))
    const unwritten = sum(act.allLives.map((life) => unwrittenOf(act, life, key)))
    const written = recorded.get(key.id) ?? 0
    all.passed += passed
    all.recorded += written
    all.mayBeLost += unwritten
    const missing = Math.max(passed - unwritten - written, 0)
    if (missing > mayBeTold) faults.push(`${missing - mayBeTold} of ${passed} uses of key ${key.id} are lost`)
    mayBeTold = Math.max(mayBeTold - missing, 0)
    const most = passed + key.unanswered
    if (written > most) faults.push(`${written} uses of key ${key.id} are recorded, where at most ${most} passed`)
  }
  return { ...all, faults }
}

/** The uses that a process may not have written before it was killed. */
function unwrittenOf(act: Act, life: Life, key: SoakKey): number {
  const { got, killedAt, slot } = life
  if (killedAt === null) return 0
  const passed = got.passed.get(key.id) ?? []
  // What could not be written meanwhile was kept. A busy machine is slow to write: what it has written tells how slow.
  const quiet = act.troubles.quietBefore(['postgres', slot], killedAt, usageFlushMs + writingMs)
  const written = reportsOf(life, 'usage_written').at(-2)?.begun ?? 0
  return passed.filter((at) => at >= Math.min(quiet, written)).length
}

function sum(all: readonly number[]): number {
  return all.reduce((before, one) => before + one, 0)
}
