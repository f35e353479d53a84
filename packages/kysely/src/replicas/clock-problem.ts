import { problem, type ReplicaProblem } from './proof.js'

/** How far a clock may be off: so much longer or shorter an expired key lives where that server is read. */
const toleratedMs = 1_000

/** What is wrong with the clock of a replica, given what both clocks say at one moment, in milliseconds. NaN: it tells none. */
export function clockProblem(primaryMs: number, replicaMs: number): ReplicaProblem | null {
  if (Math.abs(replicaMs - primaryMs) <= toleratedMs) return null
  return problem('clock', 'Its clock differs from that of the primary by more than a second: set it right.')
}
