import { OutcomeUnknown } from '@keywright/core'
import type { KeyStore } from '@keywright/core/store'
import type { Database } from '../driver/database.js'
import { sql } from '../sql/sql.js'

/**
 * Values that are kept as they were first written. What was found to be the same is not asked again: a Worker makes a keyring for each
 * request, which would.
 */
export function checkValueMethods(db: Database): Pick<KeyStore, 'checkValue'> {
  const same = new Map<string, string>()
  const remember = (name: string, value: string, kept: string): string => {
    if (kept === value) same.set(name, kept)
    return kept
  }
  return {
    async checkValue(name, value) {
      if (same.get(name) === value) return value
      const stored = sql`select value from api_key_checks where name = ${name}`
      // Read first: but for the first time, nothing is written.
      const [kept] = await db.read([stored])
      if (kept?.[0] !== undefined) return remember(name, value, String(kept[0].value))
      const insert = sql`insert into api_key_checks (name, value) values (${name}, ${value}) on conflict do nothing`
      const [, written] = await db.write([insert, stored]).catch((error: unknown) => {
        // It concerns no key, and may be written twice: whoever asked made none yet.
        throw error instanceof OutcomeUnknown ? error.cause : error
      })
      const [row] = written ?? []
      if (row === undefined) throw new Error('A check value is gone that was there a moment ago')
      return remember(name, value, String(row.value))
    },
  }
}
