import { type RawBuilder, sql } from 'kysely'
import type { KeyTables } from '../tables/key-tables.js'
import { withoutSchema } from '../tables/table-names.js'
import type { StoreContext } from './context.js'

type Right = 'select' | 'insert' | 'update' | 'delete'

/** The rights that the store needs, but for `retention`. The manual lists the same. */
export const neededRights: Readonly<Record<keyof KeyTables, readonly Right[]>> = {
  api_keys: ['select', 'insert', 'update'],
  api_key_terms: ['select', 'insert', 'delete'],
  api_key_last_uses: ['select', 'insert', 'update', 'delete'],
  api_key_counters: ['select', 'insert', 'update'],
  api_key_audit: ['select', 'insert'],
  api_key_audit_starts: ['select'],
  api_key_rotations: ['select', 'insert', 'update', 'delete'],
  api_key_previous_uses: ['select', 'insert', 'update'],
  api_key_notices: ['select', 'insert', 'update'],
  api_key_usage: ['select', 'insert', 'update'],
  api_key_refusals: ['select', 'insert', 'update'],
  api_key_usage_batches: ['select', 'insert', 'update', 'delete'],
  api_key_requests: ['select', 'insert', 'update', 'delete'],
  api_key_checks: ['select', 'insert', 'update'],
  api_key_budgets: ['select', 'insert', 'update'],
  api_key_webhooks: ['select', 'insert', 'update', 'delete'],
  api_key_events: ['select', 'insert', 'update', 'delete'],
  api_key_deliveries: ['select', 'insert', 'update', 'delete'],
  api_key_migrations: ['select'],
}

/** The tables of which a host without webhooks may give no right to anybody. */
const ofWebhooks = ['api_key_webhooks', 'api_key_events', 'api_key_deliveries'] as const

const columns: Readonly<Record<keyof KeyTables, string>> = {
  api_keys: 'id',
  api_key_terms: 'key_id',
  api_key_last_uses: 'key_id',
  api_key_counters: 'organization_id',
  api_key_audit: 'organization_id',
  api_key_audit_starts: 'organization_id',
  api_key_rotations: 'key_id',
  api_key_previous_uses: 'key_id',
  api_key_notices: 'organization_id',
  api_key_usage: 'organization_id',
  api_key_refusals: 'organization_id',
  api_key_usage_batches: 'id',
  api_key_requests: 'id',
  api_key_checks: 'name',
  api_key_budgets: 'organization_id',
  api_key_webhooks: 'id',
  api_key_events: 'id',
  api_key_deliveries: 'id',
  api_key_migrations: 'name',
}

/** Statements that need a right, and change nothing. */
const probes: Readonly<
  Record<Right, (table: RawBuilder<unknown>, column: RawBuilder<unknown>) => RawBuilder<unknown>>
> = {
  select: (table, column) => sql`select ${column} from ${table} where 1 = 0`,
  insert: (table, column) => sql`insert into ${table} (${column}) select ${column} from ${table} where 1 = 0`,
  update: (table, column) => sql`update ${table} set ${column} = ${column} where 1 = 0`,
  delete: (table) => sql`delete from ${table} where 1 = 0`,
}

/** The rights that are missing, by table. */
export type MissingRights = Partial<Record<keyof KeyTables, readonly Right[]>>

/**
 * Tries each right: only the engine knows what roles, columns and policies add up to. Where the user has none at all on the tables of
 * webhooks, and no organisation uses them, none is missed.
 */
export async function loadMissingRights(context: StoreContext): Promise<MissingRights> {
  const { db, tables, dialect } = context
  if (dialect.name === 'sqlite') return {} // there are no users
  const missing: MissingRights = {}
  for (const table of Object.keys(neededRights) as (keyof KeyTables)[]) {
    const lacks = async (right: Right): Promise<boolean> => {
      const probe = probes[right](sql.table(tables[table]), sql.ref(columns[table]))
      // Any other error is of the schema, the server or the connection, which are looked at elsewhere.
      return probe.execute(db).then(() => false, dialect.isDenied)
    }
    const denied: Right[] = []
    for (const right of neededRights[table]) if (await lacks(right)) denied.push(right)
    if (denied.length > 0) missing[table] = denied
  }
  const hasNone = ofWebhooks.every((table) => missing[table]?.length === neededRights[table].length)
  if (hasNone && !(await usesWebhooks(context))) for (const table of ofWebhooks) delete missing[table]
  return missing
}

/** Whether any organisation has, or once had, an endpoint: without the rights, changes of its keys would fail. */
async function usesWebhooks({ db, tables }: StoreContext): Promise<boolean> {
  const used = db.selectFrom(tables.api_key_counters).select('webhooks').where('webhooks', '=', 1).limit(1)
  // A right or a schema that is missing here is named by itself.
  return used.execute().then(
    (rows) => rows.length > 0,
    () => false,
  )
}

/** Names what is missing; `null` if nothing is. */
export function describeMissing({ tables }: StoreContext, missing: MissingRights): string | null {
  const named = Object.entries(missing).map(([table, rights]) => {
    const name = withoutSchema(tables[table as keyof KeyTables]) // as its keys are
    return `${name} (${rights.join(', ')})`
  })
  return named.length === 0 ? null : `The database user lacks rights on these tables: ${named.join('; ')}. Grant them.`
}
