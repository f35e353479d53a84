import { InvalidOptions } from '@keywright/core'
import { CompiledQuery, type Kysely, sql } from 'kysely'
import type { Dialect } from '../dialect/dialect.js'
import { isMysqlMade } from '../dialect/driver-errors.js'
import { isInCluster } from '../dialect/server-guard.js'
import type { KeyTables } from '../tables/key-tables.js'
import { withoutSchema } from '../tables/table-names.js'
import { retryWhenBusy } from '../transactions/retry-when-busy.js'
import { findSchema, type StepTarget } from './found-schema.js'
import type { MigrationStep } from './steps.js'

/** How long to wait before asking for the lock again. */
const pauseMs = 100
/** For how long: a step may rewrite a big table. */
const patienceMs = 600_000

/**
 * Runs a step, unless it has run before. If another process is migrating, waits until that has ended.
 *
 * @returns whether it ran in this call.
 * @throws {@link InvalidOptions} when the host has a table of the name of ours.
 * @throws Error, which names the step, when a statement fails. On SQLite and PostgreSQL, nothing of the step remains.
 */
export async function runStep(target: StepTarget, step: MigrationStep): Promise<boolean> {
  const { db, dialect, tables } = target
  const ending = performance.now() + patienceMs
  while (true) {
    const attempt = () =>
      dialect.exclusively(db, tables.api_key_migrations, (connection) => run({ ...target, db: connection }, step))
    // A transaction of the host's cannot be run again.
    const done = await (db.isTransaction ? attempt() : retryWhenBusy(dialect, attempt))
    if (done !== null) return done.result
    if (performance.now() > ending) throw new Error('Another process has been migrating the key tables for 10 minutes.')
    await pause()
  }
}

async function run(target: StepTarget, { name, statements }: MigrationStep): Promise<boolean> {
  const { db, dialect, tables, schema } = target
  const found = await findSchema(target)
  if (found.applied.includes(name)) return false
  const [foreign] = found.applied.length > 0 ? [] : found.tables.filter((table) => table !== tables.api_key_migrations)
  if (foreign !== undefined) {
    if (await runsElsewhere(target, name)) return false
    refuseForeign(foreign, dialect)
  }
  try {
    if (schema !== undefined && found.tables.length === 0) await makeSchema(db, schema)
    for (const statement of statements) {
      try {
        await db.executeQuery(CompiledQuery.raw(statement))
      } catch (cause) {
        if (!isMysqlMade(cause)) throw cause
        if (await runsElsewhere(target, name)) return false
        if (!(await wasCutShort(target, found.applied))) throw cause
      }
    }
    return true
  } catch (cause) {
    if (dialect.isBusy(cause)) throw cause
    const reason = cause instanceof Error ? cause.message : 'unknown'
    throw new Error(`Migration ${name} failed, and those before it are kept: ${reason}`, { cause })
  }
}

/** How long a step of another node may take from what this one saw of it: what it did so far, each node has done as well. */
const elsewhereMs = 60_000

/**
 * Waits until a step is done that another node of a cluster seems to run: there, locks are those of one node, but each change of the
 * schema is made on all nodes, in one order. So of two that run a step, the second finds made what it was to make.
 */
async function runsElsewhere(target: StepTarget, name: string): Promise<boolean> {
  if (!(await isInCluster(target.db, target.guard))) return false
  const ending = performance.now() + elsewhereMs
  while (performance.now() < ending) {
    const { applied } = await findSchema(target)
    if (applied.includes(name)) return true
    await pause()
  }
  return false
}

/**
 * Whether what a statement was to make is left of a run that was cut short: MySQL keeps each statement by itself, and outside a cluster,
 * the lock keeps all others away. What the first step was to make may be the host's.
 */
async function wasCutShort(target: StepTarget, applied: readonly string[]): Promise<boolean> {
  return applied.length > 0 && !(await isInCluster(target.db, target.guard))
}

function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, pauseMs)
  })
}

/** Not "if not exists": PostgreSQL asks for the right to make one, even if it is there. */
async function makeSchema(db: Kysely<KeyTables>, schema: string): Promise<void> {
  const { rows } = await sql`select 1 from pg_namespace where nspname = ${schema}`.execute(db)
  if (rows.length === 0) await db.schema.createSchema(schema).execute()
}

function refuseForeign(table: string, { name }: Dialect): never {
  const text = `The database has a table ${withoutSchema(table)} that Keywright did not make. Set the option tablePrefix.`
  const half = ' If a migration that failed half-way left it behind, drop it instead.'
  throw new InvalidOptions('tablePrefix', 'a prefix for other names', `${text}${name === 'mysql' ? half : ''}`)
}
