import { InvalidOptions } from '@keywright/core'
import type { Kysely } from 'kysely'
import { type KeyDatabase, keyDatabase } from '../dialect/key-database.js'
import type { KeyTables } from '../tables/key-tables.js'
import type { KyselyLike } from '../tables/kysely-like.js'
import type { TableOptions } from '../tables/table-names.js'

const most = 16

/**
 * Checks the option `readFrom`.
 *
 * @returns the replicas, without the plugins of the host; none without the option.
 * @throws {@link InvalidOptions} when it is no list of other Kysely instances of the same engine, or the engine has no such replicas.
 */
export function checkReadFrom(
  readFrom: unknown,
  primary: KeyDatabase & { readonly given: KyselyLike },
  options: TableOptions,
): readonly Kysely<KeyTables>[] {
  if (readFrom === undefined) return []
  const expected = `a list of 1 to ${most} instances of Kysely`
  if (!Array.isArray(readFrom) || readFrom.length === 0 || readFrom.length > most)
    throw new InvalidOptions('readFrom', expected)
  if (primary.dialect.name === 'sqlite') {
    const message =
      'Option readFrom must be left out on SQLite: nothing proves that a copy of a file knows what was revoked.'
    throw new InvalidOptions('readFrom', 'left out', message)
  }
  const given: readonly unknown[] = readFrom
  return given.map((one, index) => {
    const name = `readFrom[${index}]`
    const isKysely =
      typeof one === 'object' &&
      one !== null &&
      'withoutPlugins' in one &&
      'getExecutor' in one &&
      one !== primary.given
    if (!isKysely || given.indexOf(one) !== index || ('isTransaction' in one && one.isTransaction === true)) {
      const message = `Option ${name} must be an instance of Kysely of its own, over a pool that connects to one replica: no transaction, and neither db nor one that stands in the list already.`
      throw new InvalidOptions(name, 'an instance of Kysely of its own', message)
    }
    const { db, dialect } = keyDatabase(one as unknown as KyselyLike, options) // it has both methods
    if (dialect === primary.dialect) return db
    throw new InvalidOptions(name, `a database that speaks ${primary.dialect.name}, as db does`)
  })
}
