import { sql } from 'kysely'
import type { KeyTables } from '../tables/key-tables.js'
import { withoutSchema } from '../tables/table-names.js'
import type { Statement, StepContext } from './step.js'

/** The columns of an index, in order. */
export type Columns<T extends keyof KeyTables> = readonly (keyof KeyTables[T] & string)[]

/** Makes indexes of a table, and then drops others: PostgreSQL locks out readers from the first drop to the end of the step. */
export function replaceIndexes<T extends keyof KeyTables>(
  { dialect, tables }: StepContext,
  table: T,
  { make, drop }: { readonly make: Readonly<Record<string, Columns<T>>>; readonly drop: readonly string[] },
): readonly Statement[] {
  const name = tables[table]
  const place = name.slice(0, name.length - withoutSchema(name).length)
  const named = (index: string): string => `${withoutSchema(name)}_${index}`
  const made = Object.entries(make).map(([index, columns]) => ({
    index: named(index),
    columns: sql.join(columns.map((column) => sql.ref(column))),
  }))
  if (dialect.name === 'mysql') {
    // One statement: MySQL cannot roll it back, so it must replace all of them or none.
    const changes = [
      ...made.map(({ index, columns }) => sql`add index ${sql.id(index)} (${columns})`),
      ...drop.map((index) => sql`drop index ${sql.id(named(index))}`),
    ]
    return [sql`alter table ${sql.table(name)} ${sql.join(changes)}`]
  }
  return [
    ...made.map(({ index, columns }) => sql`create index ${sql.id(index)} on ${sql.table(name)} (${columns})`),
    ...drop.map((index) => sql`drop index ${sql.table(`${place}${named(index)}`)}`),
  ]
}
