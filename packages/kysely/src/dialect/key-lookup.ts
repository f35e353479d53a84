import { type CompiledQuery, type Kysely, type RawBuilder, sql } from 'kysely'
import { columnNames, denseColumns, type Row, sparseDefaults } from '../tables/columns.js'
import type { KeyTables } from '../tables/key-tables.js'
import { keepNamed, keepNamedRow, keepPrepared } from './kept-statement.js'

/** A key's row with the engine's clock. If the server knows no such key, the row may hold the clock alone. */
export type FoundRow = Row & {
  readonly id: string | null
  readonly now: number | null
  /** The sparse columns as JSON; `null` when all hold their defaults. */
  readonly rest?: string | null
}

/** Makes the statement that reads the keys with one of these values in a unique column. */
export type KeyLookup = (values: readonly string[]) => CompiledQuery<FoundRow>

/** Makes a {@link KeyLookup}. Statements are compiled once: building one costs more than running it. */
export type KeyLookupBy = (db: Kysely<KeyTables>, table: 'api_keys', column: 'id' | 'lookup_digest') => KeyLookup

/** The lengths of the lists that are sent: few, so that few statements are compiled and prepared. */
const lengths = [1, 4, 16, 64]

/** Sends a list of parameters. The last one is repeated until the list has one of {@link lengths}. */
export function lookupInList(now: RawBuilder<number>): KeyLookupBy {
  return (db, table, column) => {
    // By their names, so that a statement which a connection keeps reads the same columns after a migration.
    const query = db.selectFrom(table).select(columnNames).select(now.as('now'))
    const compiled = new Map<number, CompiledQuery<FoundRow>>()
    const compile = (length: number): CompiledQuery<FoundRow> => {
      const sought =
        length === 1
          ? query.where(column, '=', '').modifyEnd(sql.raw(keepNamedRow))
          : query.where(column, 'in', Array(length).fill('')).modifyEnd(sql.raw(keepNamed))
      const statement = sought.compile()
      compiled.set(length, statement)
      return statement
    }
    return (values) => {
      const length = lengths.find((one) => one >= values.length) ?? values.length
      const parameters = Array.from({ length }, (_, index) => values[Math.min(index, values.length - 1)])
      return { ...(compiled.get(length) ?? compile(length)), parameters }
    }
  }
}

/**
 * Sends one parameter, however many keys are looked up: two statements, one of them for a single key, which connections may keep
 * prepared.
 *
 * Of several, each key is looked up separately, since the plan for a list would read the whole of a table that was not analyzed
 * yet. The sparse columns come as one, because the driver reads a row column by column. There is always at least one row, so that
 * a server that may lag behind another cannot even answer that a key does not exist.
 */
export function lookupInJson(now: RawBuilder<number>, isReplica: RawBuilder<boolean>): KeyLookupBy {
  return (db, table, column) => {
    const columns = Object.entries(sparseDefaults)
    const sparse = sql.join(columns.map(([name]) => sql.ref(name)))
    const defaults = sql.join(columns.map(([, value]) => sql.lit(value)))
    const namedSparse = sql.join(columns.flatMap(([name]) => [sql.lit(name), sql.ref(name)]))
    const key = sql`select ${sql.join(Object.keys(denseColumns).map(sql.ref))},
      case when (${sparse}) is distinct from (${defaults}) then cast(json_build_object(${namedSparse}) as text) end as rest
      from ${sql.table(table)} where ${sql.ref(column)} =`
    const statement = (keys: RawBuilder<unknown>): CompiledQuery<FoundRow> =>
      sql<FoundRow>`select keys.*, now
        from (select case when ${isReplica} then null else ${now} end as now) as server
        left join ${keys} on true${sql.raw(keepPrepared)}`.compile(db)
    const one = statement(sql`lateral (${key} ${''} limit 1) as keys`)
    const several = statement(
      sql`(jsonb_array_elements_text(cast(cast(${'[]'} as text) as jsonb)) as sought (value)
        cross join lateral (${key} sought.value limit 1) as keys)`,
    )
    return (values) =>
      values.length === 1 ? { ...one, parameters: values } : { ...several, parameters: [JSON.stringify(values)] }
  }
}
