import { type Kysely, sql } from 'kysely'
import {
  isInCluster,
  loadMysqlGuard,
  loadServerProblem,
  refuseOutdated,
  type ServerGuard,
} from '../dialect/server-guard.js'
import type { KeyTables } from '../tables/key-tables.js'
import { type BeginProof, problem } from './proof.js'

/**
 * Proves of servers that they are nodes of the same Galera cluster as the primary. Each read of one then has it wait until it has applied
 * what was committed on any node before: nothing else has to be proven.
 */
export const beginNodeProof: BeginProof = async (primaryDb) => {
  const primary = await findCluster(primaryDb)
  return async (nodeDb) => {
    const node = await findCluster(nodeDb)
    if (node === null || primary === null) {
      const message = `${node === null ? 'It' : 'The server behind db'} is no node of a Galera cluster, and may not know yet what was revoked. Leave it out of readFrom.`
      return problem('unknown_server', message)
    }
    if (node.cluster !== primary.cluster)
      return problem('other_database', 'It is a node of another cluster than the one of db. Leave it out of readFrom.')
    const wrong = await loadServerProblem(nodeDb, node.guard)
    return wrong === null
      ? { session: node.cluster, guard: node.guard, refuse: refuseOutdated }
      : problem('not_synchronous', wrong)
  }
}

interface Cluster {
  readonly cluster: string
  readonly guard: ServerGuard
}

async function findCluster(db: Kysely<KeyTables>): Promise<Cluster | null> {
  const guard = await loadMysqlGuard(db)
  if (guard === null || !(await isInCluster(db, guard))) return null
  const { rows } = await sql<{ readonly Value: unknown }>`show global status like 'wsrep_cluster_state_uuid'`.execute(
    db,
  )
  const [row] = rows
  return row === undefined ? null : { cluster: String(row.Value), guard }
}
