import { sql } from 'kysely'
import { untriggered } from './migration-options.js'
import type { Statement, StepContext } from './step.js'

/** The table of values that tell whether a process has the peppers that keys were hashed with. */
export function createCheckValues({ db, dialect: { text }, tables, triggers }: StepContext): readonly Statement[] {
  return [
    db.schema
      .createTable(tables.api_key_checks)
      .addColumn('name', text(128), (column) => column.primaryKey().notNull())
      .addColumn('value', text(128), (column) => column.notNull()),
    ...(triggers ? [] : [recordUntriggered(tables.api_key_checks)]),
  ]
}

function recordUntriggered(table: string): Statement {
  const columns = sql.join([sql.ref('name'), sql.ref('value')])
  return sql`insert into ${sql.table(table)} (${columns}) values (${sql.lit(untriggered.name)}, ${sql.lit(untriggered.value)})`
}
