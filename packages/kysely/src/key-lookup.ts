import { type CompiledQuery, type Kysely, type RawBuilder, sql } from 'kysely'
import { own, type Row, usual } from './columns.js'
import { keepPrepared } from './kept-statement.js'
import type { KeyTables } from './tables.js'

/** A key's row and the engine's clock; a row of the clock alone says that the server knows no such key. */
export type FoundRow = Row & {
  readonly id: string | null
  readonly now: number | null
  /** The columns of {@link usual}, as JSON; `null` where they hold what is usual. */
  readonly rest?: string | null
}

/** The statement that reads the keys with some of these values in one column, which is unique. */
export type KeyLookup = (values: readonly string[]) => CompiledQuery<FoundRow>

/** Makes a {@link KeyLookup}. What it sends is compiled once: building a statement costs more than running it. */
export type KeyLookupBy = (db: Kysely<KeyTables>, table: 'api_keys', column: 'id' | 'lookup_digest') => KeyLookup

/** The lengths of the lists that are asked for: few, so that few statements are compiled, and prepared, over and over. */
const lengths = [1, 4, 16, 64]

/** Asks with a list of parameters, the last of which is repeated. */
export function lookupInList(now: RawBuilder<number>): KeyLookupBy {
  return (db, table, column) => {
    const query = db.selectFrom(table).selectAll().select(now.as('now'))
    const compiled = new Map<number, CompiledQuery<FoundRow>>()
    const compile = (length: number): CompiledQuery<FoundRow> => {
      const isSought = length === 1 ? query.where(column, '=', '') : query.where(column, 'in', Array(length).fill(''))
      const statement = isSought.compile()
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
 * Asks with one parameter, however many keys are sought: one statement, which connections may keep prepared.
 *
 * Each key is looked up by itself, since the plan for a list would read the whole of a table that was not analyzed yet. The
 * columns of {@link usual} come as one: the driver reads a row column by column, and most have nothing to say. There is one row
 * at least, so that a server which may lag behind another cannot even say that there is no such key (FI-7).
 */
export function lookupInJson(now: RawBuilder<number>, isReplica: RawBuilder<boolean>): KeyLookupBy {
  return (db, table, column) => {
    const columns = Object.entries(usual)
    const rest = sql.join(columns.map(([name]) => sql.ref(name)))
    const usualRest = sql.join(columns.map(([, value]) => sql.lit(value)))
    const namedRest = sql.join(columns.flatMap(([name]) => [sql.lit(name), sql.ref(name)]))
    const statement = sql<FoundRow>`select keys.*, now
      from (select case when ${isReplica} then null else ${now} end as now) as server
      left join (jsonb_array_elements_text(cast(cast(${'[]'} as text) as jsonb)) as sought (value)
        cross join lateral (
          select ${sql.join(Object.keys(own).map(sql.ref))},
            case when (${rest}) is distinct from (${usualRest}) then cast(json_build_object(${namedRest}) as text) end as rest
          from ${sql.table(table)} where ${sql.ref(column)} = sought.value limit 1) as keys)
      on true${sql.raw(keepPrepared)}`.compile(db)
    return (values) => ({ ...statement, parameters: [JSON.stringify(values)] })
  }
}
