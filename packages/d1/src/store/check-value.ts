import type { KeyStore } from '@keywright/core/store'
import type { Database } from '../driver/database.js'
import { sql } from '../sql/sql.js'

/** Values that are kept as they were first written. */
export function checkValueMethods(db: Database): Pick<KeyStore, 'checkValue'> {
  return {
    async checkValue(name, value) {
      const stored = sql`select value from api_key_checks where name = ${name}`
      // Read first: but for the first time, nothing is written.
      const [kept] = await db.read([stored])
      if (kept?.[0] !== undefined) return String(kept[0].value)
      const insert = sql`insert into api_key_checks (name, value) values (${name}, ${value}) on conflict do nothing`
      const [, written] = await db.write([insert, stored])
      return String(written?.[0]?.value)
    },
  }
}
