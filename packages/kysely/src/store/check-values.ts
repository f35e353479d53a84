import type { KeyStore } from '@keywright/core/store'
import type { StoreContext } from './context.js'
import { readsMayBeOld } from './organization-lock.js'

/** Values that are kept as they were first written. */
export function checkValueMethods(context: StoreContext): Pick<KeyStore, 'checkValue'> {
  const { tables, dialect, reading, changing } = context
  const load = (name: string, { isLocking = false } = {}) =>
    reading((on) =>
      on.db
        .selectFrom(tables.api_key_checks)
        .select('value')
        .where('name', '=', name)
        .$if(isLocking, (read) => read.forUpdate())
        .executeTakeFirst(),
    )
  return {
    async checkValue(name, value) {
      // Read first: but for the first time, it takes no lock and needs no right to write.
      const kept = await load(name)
      if (kept !== undefined) return kept.value
      await changing((on) =>
        dialect.orKeep(on.insertInto(tables.api_key_checks).values({ name, value }), 'name').execute(),
      )
      const written = await load(name, { isLocking: readsMayBeOld(context) })
      if (written === undefined) throw new Error('A check value is gone that was there a moment ago')
      return written.value
    },
  }
}
