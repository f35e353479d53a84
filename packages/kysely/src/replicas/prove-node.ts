import { StoreUnavailable } from '@keywright/core'
import { momentNow, msSince } from '@keywright/core/adapter'
import { type Kysely, sql } from 'kysely'
import { isInCluster, loadMysqlGuard, loadServerProblem, type ServerGuard } from '../dialect/server-guard.js'
import type { KeyTables } from '../tables/key-tables.js'
import { clockProblem } from './clock-problem.js'
import { type BeginProof, type Proof, problem } from './proof.js'

/**
 * Proves of servers that they are nodes of the same Galera cluster as the primary. Each read of one then has it wait until it has applied
 * what was committed on any node before, and say which server it is: another one may be in its place since.
 */
export const beginNodeProof: BeginProof = async (primaryDb) => {
  const primary = await findNode(primaryDb)
  const answered = momentNow()
  return async (nodeDb) => {
    const node = await findNode(nodeDb)
    const primaryMs = (primary?.now ?? Number.NaN) + msSince(answered)
    if (node === null || primary === null) {
      const message = `${node === null ? 'It' : 'The server behind db'} is no node of a Galera cluster, and may not know yet what was revoked. Leave it out of readFrom.`
      return problem('unknown_server', message)
    }
    if (node.cluster !== primary.cluster)
      return problem('other_database', 'It is a node of another cluster than the one of db. Leave it out of readFrom.')
    if (node.database !== primary.database)
      return problem('other_database', 'Its keys are in another database than those of db. Connect to the same one.')
    const wrong = await loadServerProblem(nodeDb, node.guard)
    if (wrong !== null) return problem('not_synchronous', wrong)
    return clockProblem(primaryMs, node.now) ?? proofOf(node)
  }
}

interface ClusterNode {
  readonly cluster: string
  /** `null`: none was chosen. */
  readonly database: string | null
  /** Which server it is, as each of its reads says. */
  readonly name: string
  /** Its clock, in milliseconds. */
  readonly now: number
  readonly guard: ServerGuard
}

/** Which server answers. A number of its own is often forgotten, and a name of the host is often shared. */
const name = sql<string>`concat('node ', @@hostname, ':', @@port, '/', @@server_id, '/', @@global.wsrep_node_name)`

function findNode(db: Kysely<KeyTables>): Promise<ClusterNode | null> {
  // On one connection, so that all of it is said of one server.
  return db.connection().execute(async (on) => {
    const guard = await loadMysqlGuard(on)
    if (guard === null || !(await isInCluster(on, guard))) return null
    const uuid = await sql<{ readonly Value: unknown }>`show global status like 'wsrep_cluster_state_uuid'`.execute(on)
    const { rows } = await sql<{ readonly name: unknown; readonly place: unknown; readonly now: unknown }>`
      select ${name} as name, database() as place, cast(unix_timestamp(now(3)) * 1000 as char) as now`.execute(on)
    const [[found], [one]] = [uuid.rows, rows]
    if (found === undefined || one === undefined) return null
    const database = one.place === null ? null : String(one.place)
    // Some options of drivers turn text into bytes.
    return { cluster: String(found.Value), database, name: String(one.name), now: Number(String(one.now)), guard }
  })
}

/** Each answer names its server, or says why it may be outdated: also one that has left the cluster and takes part in none. */
function proofOf(node: ClusterNode): Proof {
  const { before, reason, ofChanges } = node.guard
  const saying = sql<
    string | null
  >`case when @@global.wsrep_provider = 'none' then 'none' else coalesce(${reason}, ${name}) end`
  return {
    session: `${node.cluster} ${node.name}`,
    guard: { before, reason: saying, ofChanges },
    refuse: ([row]) => {
      if (row === undefined || String(row.reason) !== node.name)
        throw new StoreUnavailable({
          message: 'Another server answers than the node that was proven, or it no longer waits.',
        })
    },
  }
}
