import { type Found, instantOf, type KeyStore, parseRow } from '@keywright/core/store'
import type { Database, Row } from '../driver/database.js'
import { list, now, previousUsedAt, usedAt } from '../sql/parts.js'
import { sql } from '../sql/sql.js'

/** Keys, one by one, and the database's clock. */
export function readMethods(db: Database): Pick<KeyStore, 'find' | 'findByLookupDigest' | 'now'> {
  const key = sql`select k.*, ${now} as now`
  return {
    async find(id, wanted) {
      const lastUse =
        wanted?.lastUse === true ? sql`, ${usedAt} as used_at, ${previousUsedAt} as previous_used_at` : sql``
      const [rows] = await db.read([sql`${key}${lastUse} from api_keys as k where k.id = ${id}`])
      return toFound(rows?.[0])
    },

    async findByLookupDigest(digests) {
      const isOne = sql`k.lookup_digest in (select value from ${list(digests)})`
      const [rows] = await db.read([sql`${key} from api_keys as k where ${isOne} limit 1`])
      return toFound(rows?.[0])
    },

    async now() {
      const [rows] = await db.read([sql`select ${now} as now`])
      return instantOf(rows?.[0]?.now, 'now')
    },
  }
}

function toFound(row: Row | undefined): Found | null {
  return row === undefined ? null : { record: parseRow(row), now: instantOf(row.now, 'now') }
}
