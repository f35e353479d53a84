import { StoreUnavailable } from '@keywright/core'
import { msSince } from '@keywright/core/adapter'
import { isUnknownToServer } from '../dialect/driver-errors.js'
import { clockProblem } from './clock-problem.js'
import { leaseMs } from './lease.js'
import { loadPrimaryState, type PrimaryState } from './primary-state.js'
import { type BeginProof, type Proof, problem, type ReplicaProblem } from './proof.js'
import { loadStandbyState, type StandbyState, sessionGuard } from './standby-state.js'

/** Each process of the server reads a new configuration by itself: only after so long is it taken for that of all of them. */
const settleMs = 2 * leaseMs
/** How far the ages of one connection may differ, as its two ends tell them: they did not begin it at one moment. */
const toleratedAgeMs = 1_000
const betweenTriesMs = 5

/**
 * Proves of standbys of PostgreSQL that they know each change that was answered before the primary was asked, and that the primary
 * answers none before they have applied it.
 *
 * @param table - The table of keys.
 * @param heard - Told each state of the primary.
 */
export function beginStandbyProof(table: string, heard: (primary: PrimaryState) => void): BeginProof {
  return async (primaryDb) => {
    const primary = await orUnknown(loadPrimaryState(primaryDb, table))
    if (primary === null) return async () => noPostgres('The server behind db')
    heard(primary)
    const wrong = problemOfPrimary(primary)
    if (wrong !== null) return async () => wrong
    return async (standbyDb, mayGoOn) => {
      for (;;) {
        // What is not in recovery has no such place, and is refused by the primary's own state.
        const standby = await orUnknown(loadStandbyState(standbyDb, primary.flushed ?? '0/0', table))
        const laterMs = msSince(primary.answered)
        if (standby === null) return noPostgres('The server')
        const found = problemOfStandby({ ...primary, now: primary.now + laterMs }, standby)
        if (found !== null) return found
        if (standby.isCaughtUp && standby.session !== null) return proofOf(standby.session)
        if (!mayGoOn())
          return problem('lagging', 'It has not applied in time what the primary has committed: look at its load.')
        await new Promise((resolve) => setTimeout(resolve, betweenTriesMs))
      }
    }
  }
}

/** `null`: the server does not know what it is asked. */
async function orUnknown<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer
  } catch (error) {
    if (isUnknownToServer(error)) return null
    throw error
  }
}

function noPostgres(subject: string): ReplicaProblem {
  return problem('unknown_server', `${subject} is no PostgreSQL of version 13 or later. Leave it out of readFrom.`)
}

function proofOf(session: string): Proof {
  return {
    session,
    guard: sessionGuard,
    refuse: ([row]) => {
      // Some options of drivers turn text into bytes.
      if (row === undefined || String(row.reason) !== session)
        throw new StoreUnavailable({ message: 'The replica was restarted, or lost its connection to the primary.' })
    },
  }
}

function problemOfPrimary(primary: PrimaryState): ReplicaProblem | null {
  if (primary.isInRecovery) return problem('not_connected', 'The server behind db is no primary.')
  if (primary.synchronousCommit !== 'remote_apply') {
    const message = `Commits are answered before standbys have applied them, since synchronous_commit is ${primary.synchronousCommit}. Set it to remote_apply on the primary, for every user who changes keys.`
    return problem('not_synchronous', message)
  }
  if (!primary.standbys.areAllWaitedFor) {
    const message =
      "Commits are answered before all standbys have applied them. Set synchronous_standby_names on the primary to a list that waits for each, such as 'FIRST 2 (s1, s2)'."
    return problem('not_synchronous', message)
  }
  if (primary.configAgeMs < settleMs)
    return problem('settling', 'The primary has read its configuration a moment ago, and is trusted after two seconds.')
  return null
}

function problemOfStandby(primary: PrimaryState, standby: StandbyState): ReplicaProblem | null {
  if (standby.systemId !== primary.systemId)
    return problem('other_database', 'It is no copy of the primary behind db. Leave it out of readFrom.')
  if (standby.table !== primary.table) {
    const message =
      'Its keys are in another database or schema than those of the primary. Connect to the same database, with the same search_path.'
    return problem('other_database', message)
  }
  if (!standby.isInRecovery)
    return problem(
      'no_standby',
      'It is no standby. If it was promoted, connect db to it, and make the others follow it.',
    )
  if (!standby.mayBeSeen || primary.senders.some(({ state }) => state === null)) {
    const message =
      'The user may not see how servers are connected. Run on the primary: grant pg_read_all_stats to that user.'
    return problem('missing_grant', message)
  }
  const [sender, ...others] = primary.senders.filter(({ name }) => name === standby.name)
  if (standby.session === null || (sender === undefined && standby.name === null))
    return problem('not_connected', 'It is not connected to the primary.')
  if (sender === undefined) {
    const message = `No standby is connected to the primary under the name ${standby.name} and waited for. Add it to synchronous_standby_names, as application_name in its primary_conninfo has it.`
    return problem('not_synchronous', message)
  }
  if (others.length > 0) {
    const message = `Several standbys are connected to the primary as ${standby.name}, of which commits wait for one. Give each another application_name.`
    return problem('not_synchronous', message)
  }
  return problemOfConnection(primary, standby, sender)
}

/** Whether what the primary calls by a name is this standby, and is waited for now. */
function problemOfConnection(
  primary: PrimaryState,
  standby: StandbyState,
  sender: PrimaryState['senders'][number],
): ReplicaProblem | null {
  if (sender.state !== 'streaming' || !['sync', 'quorum'].includes(String(sender.syncState)))
    return problem('not_connected', 'It is catching up with the primary, which does not wait for it yet.')
  // The primary may have dropped its connection, and given its name to another server, before it knows. NaN: it cannot tell.
  const apart = Math.abs(primary.now - sender.beganAt - standby.connectedMs)
  if (!(apart <= toleratedAgeMs) || standby.timeline !== primary.timeline) {
    const message = `The connection that the primary has under the name ${standby.name} is another one than its own. Give each standby another application_name, and connect it to the primary itself.`
    return problem('not_connected', message)
  }
  return clockProblem(primary.now, standby.now)
}
