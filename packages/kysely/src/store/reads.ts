import type { KeyStore } from '@keywright/core/store'
import { sql } from 'kysely'
import type { KeyReads } from '../replicas/replica.js'
import type { ReplicaReads } from '../replicas/replica-reads.js'
import { parseRow } from '../tables/columns.js'
import { lastUseOf, previousUseOf } from '../tables/last-use-of.js'
import { instantOf } from '../tables/whole-number.js'
import type { StoreContext } from './context.js'
import { keyReader } from './key-reader.js'

/**
 * Keys, one by one, and the engine's clock.
 *
 * @param replicas - Where verifications read, as long as it is as good as the primary. `null`: from the primary alone.
 */
export function readMethods(
  context: StoreContext,
  replicas: ReplicaReads | null = null,
): Pick<KeyStore, 'find' | 'findByLookupDigest' | 'now'> {
  const { db, tables, dialect, guarded, reading } = context
  const { now } = dialect
  const reader = keyReader(db, tables.api_keys, dialect.lookupBy)
  const primary: KeyReads = {
    find: (id) => guarded((guard) => reader.find(id, guard)),
    findByLookupDigest: (digests) => guarded((guard) => reader.findByLookupDigest(digests, guard)),
  }
  const ofVerification = <T>(work: (reads: KeyReads) => Promise<T>): Promise<T> =>
    replicas === null ? work(primary) : guarded(() => replicas.read(work, () => work(primary)))
  return {
    async find(id, wanted) {
      if (wanted?.lastUse !== true) return ofVerification((reads) => reads.find(id))
      const row = await reading(({ db }) =>
        db
          .selectFrom(tables.api_keys)
          .selectAll()
          .select([now.as('now'), lastUseOf(tables).as('used_at'), previousUseOf(tables).as('previous_used_at')])
          .where('id', '=', id)
          .executeTakeFirst(),
      )
      return row === undefined ? null : { record: parseRow(row), now: instantOf(row.now, 'now') }
    },

    async findByLookupDigest(digests) {
      return ofVerification((reads) => reads.findByLookupDigest(digests))
    },

    async now() {
      const { rows } = await sql<{ now: number }>`select ${now} as now`.execute(db)
      return instantOf(rows[0]?.now, 'now')
    },
  }
}
