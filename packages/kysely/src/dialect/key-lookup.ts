import { type CompiledQuery, type Kysely, type RawBuilder, sql } from 'kysely'
import { columnNames, denseColumns, type Row, sparseDefaults } from '../tables/columns.js'
import type { KeyTables } from '../tables/key-tables.js'
import { keepNamed, keepNamedRow, keepPrepared } from './kept-statement.js'
import type { ServerGuard } from './server-guard.js'

/** A key's row with the engine's clock. If a server knows no such key, there is a row without one. */
export type FoundRow = Row & {
  readonly id: string | null
  readonly now: number
  /** Why the server's answers may be outdated. Left out where there is no server. */
  readonly reason?: string | null
  /** The sparse columns as JSON; `null` when all hold their defaults. */
  readonly rest?: string | null
}

/** Makes the statement that reads the keys with one of these values in a unique column. It asks what the guard asks. */
export type KeyLookup = (values: readonly string[], guard: ServerGuard | null) => CompiledQuery<FoundRow>

/** Makes a {@link KeyLookup}. Statements are compiled once: building one costs more than running it. */
export type KeyLookupBy = (db: Kysely<KeyTables>, table: 'api_keys', column: 'id' | 'lookup_digest') => KeyLookup

/** The lengths of the lists that are sent: few, so that few statements are compiled and prepared. */
const lengths = [1, 4, 16, 64]

/** Sends a list of parameters. The last one is repeated until the list has one of {@link lengths}. */
function lookupInList(
  compile: (length: number, guard: ServerGuard | null) => CompiledQuery<FoundRow>,
): ReturnType<KeyLookupBy> {
  const compiled = new Map<ServerGuard | null, Map<number, CompiledQuery<FoundRow>>>()
  return (values, guard) => {
    const length = lengths.find((one) => one >= values.length) ?? values.length
    const parameters = Array.from({ length }, (_, index) => values[Math.min(index, values.length - 1)])
    const ofGuard = compiled.get(guard) ?? new Map<number, CompiledQuery<FoundRow>>()
    compiled.set(guard, ofGuard)
    const statement = ofGuard.get(length) ?? compile(length, guard)
    ofGuard.set(length, statement)
    return { ...statement, parameters }
  }
}

/** For an engine without servers. */
export function lookupInFile(now: RawBuilder<number>): KeyLookupBy {
  // By their names, so that a statement which a connection keeps reads the same columns after a migration.
  return inFile(now, columnNames.map(sql.ref))
}

/**
 * The same with the sparse columns as one: a third less time for most keys. JSON has no binary data, so SQLite refuses a row in which
 * a sparse column is some: read such keys by {@link lookupInFile}.
 */
export function lookupPackedInFile(now: RawBuilder<number>): KeyLookupBy {
  return inFile(now, packedColumns(sql`is not`, sql`json_object`))
}

function inFile(now: RawBuilder<number>, columns: readonly RawBuilder<unknown>[]): KeyLookupBy {
  return (db, table, column) => {
    const query = sql`select ${sql.join([...columns, sql`${now} as ${sql.ref('now')}`])} from ${sql.table(table)} where ${sql.ref(column)}`
    return lookupInList((length) => {
      const sought =
        length === 1
          ? sql`= ${''}${sql.raw(keepNamedRow)}`
          : sql`in (${sql.join(Array(length).fill(''))})${sql.raw(keepNamed)}`
      return sql<FoundRow>`${query} ${sought}`.compile(db)
    })
  }
}

/** The dense columns, and the others as JSON, unless they hold their defaults. */
function packedColumns(differs: RawBuilder<unknown>, jsonObject: RawBuilder<unknown>): readonly RawBuilder<unknown>[] {
  const columns = Object.entries(sparseDefaults)
  const sparse = sql.join(columns.map(([name]) => sql.ref(name)))
  const defaults = sql.join(columns.map(([, value]) => sql.lit(value)))
  const named = sql.join(columns.flatMap(([name]) => [sql.lit(name), sql.ref(name)]))
  const rest = sql`case when (${sparse}) ${differs} (${defaults}) then cast(${jsonObject}(${named}) as text) end as rest`
  return [...Object.keys(denseColumns).map((name) => sql.ref(name)), rest]
}

/** What a server is asked beside the keys. There is always this row, so that one that lags behind another cannot even answer that a key does not exist. */
function askServer(now: RawBuilder<number>, guard: ServerGuard | null): RawBuilder<unknown> {
  return sql`(select ${now} as ${sql.ref('now')}, ${guard?.reason ?? sql`null`} as ${sql.ref('reason')}) as ${sql.ref('server')}`
}

/** For a server that takes no list as one parameter. */
export function lookupBesideServer(now: RawBuilder<number>): KeyLookupBy {
  return (db, table, column) => {
    const columns = sql.join(columnNames.map((name) => sql.ref(`k.${name}`)))
    return lookupInList((length, guard) => {
      const sought = Array.from({ length }, () => sql`${''}`)
      return sql<FoundRow>`${guard?.before ?? sql``}select ${columns}, ${sql.ref('server.now')}, ${sql.ref('server.reason')}
        from ${askServer(now, guard)} left join ${sql.table(table)} as ${sql.ref('k')}
        on ${sql.ref(`k.${column}`)} in (${sql.join(sought)})`.compile(db)
    })
  }
}

/**
 * Sends one parameter, however many keys are looked up: two statements, one of them for a single key, which connections may keep
 * prepared.
 *
 * Of several, each key is looked up separately, since the plan for a list would read the whole of a table that was not analyzed
 * yet. The sparse columns come as one, because the driver reads a row column by column.
 */
export function lookupInJson(now: RawBuilder<number>): KeyLookupBy {
  return (db, table, column) => {
    const columns = sql.join(packedColumns(sql`is distinct from`, sql`json_build_object`))
    const key = sql`select ${columns} from ${sql.table(table)} where ${sql.ref(column)} =`
    const one = sql`lateral (${key} ${''} limit 1) as keys`
    const several = sql`(jsonb_array_elements_text(cast(cast(${'[]'} as text) as jsonb)) as sought (value)
        cross join lateral (${key} sought.value limit 1) as keys)`
    const compile = (guard: ServerGuard | null) => {
      const statement = (keys: RawBuilder<unknown>): CompiledQuery<FoundRow> =>
        sql<FoundRow>`${guard?.before ?? sql``}select keys.*, server.now, server.reason
          from ${askServer(now, guard)} left join ${keys} on true${sql.raw(keepPrepared)}`.compile(db)
      return { one: statement(one), several: statement(several) }
    }
    const compiled = new Map<ServerGuard | null, ReturnType<typeof compile>>()
    return (values, guard) => {
      const statements = compiled.get(guard) ?? compile(guard)
      compiled.set(guard, statements)
      return values.length === 1
        ? { ...statements.one, parameters: values }
        : { ...statements.several, parameters: [JSON.stringify(values)] }
    }
  }
}
