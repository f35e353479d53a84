import type { KeyStore } from '@keywright/core/store'
import type { StoreContext } from './context.js'
import { readsMayBeOld } from './organization-lock.js'

/** Values that are kept as they were first written. */
export function checkValueMethods(context: StoreContext): Pick<KeyStore, 'checkValue'> {
  const { db, tables, dialect, requireSchema, retrying } = context
  const stored = (name: string) => db.selectFrom(tables.api_key_checks).select('value').where('name', '=', name)
  return {
    async checkValue(name, value) {
      await requireSchema()
      // Read first: but for the first time, it takes no lock and needs no right to write.
      const kept = await stored(name).executeTakeFirst()
      if (kept !== undefined) return kept.value
      const insert = dialect.orKeep(db.insertInto(tables.api_key_checks).values({ name, value }), 'name')
      await retrying(() => insert.execute())
      const written = stored(name).$if(readsMayBeOld(context), (read) => read.forUpdate())
      return (await written.executeTakeFirstOrThrow()).value
    },
  }
}
