import type { SqliteStatement } from 'kysely'
import { keepNamed, keepNamedRow } from '../dialect/kept-statement.js'

type Read = (parameters: readonly unknown[]) => unknown[]

/** What libsql and better-sqlite3 can do with a statement, beside what Kysely asks for. */
interface RawStatement extends SqliteStatement {
  raw(isOn: boolean): unknown
  columns(): readonly { readonly name: string }[]
  get(parameters: readonly unknown[]): unknown[] | undefined
}

/**
 * How to read the rows of a statement. Those of a look-up of keys are taken as lists, and named here: libsql looks up the name of
 * each column of each row, and gets room for a hundred rows ready, which takes longer than to read one key. A list has another form
 * for binary values, which no column of a key has.
 */
export function rowsOf(statement: SqliteStatement, sql: string): Read {
  const isOne = sql.endsWith(keepNamedRow)
  if ((!isOne && !sql.endsWith(keepNamed)) || !hasRaw(statement)) return (parameters) => statement.all(parameters)
  statement.raw(true)
  const names = statement.columns().map(({ name }) => name)
  if (!isOne) return (parameters) => statement.all(parameters).map((values) => named(names, values as unknown[])) // as `raw` says
  return (parameters) => {
    const values = statement.get(parameters)
    return values === undefined ? [] : [named(names, values)]
  }
}

function hasRaw(statement: SqliteStatement & Partial<RawStatement>): statement is RawStatement {
  return [statement.raw, statement.columns, statement.get].every((method) => typeof method === 'function')
}

function named(names: readonly string[], values: readonly unknown[]): Record<string, unknown> {
  const row: Record<string, unknown> = {}
  for (let index = 0; index < names.length; index += 1) row[names[index] ?? ''] = values[index]
  return row
}
