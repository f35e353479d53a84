import type { AuditCheckpoint } from '@keywright/core'
import { TransactionLost } from '@keywright/core'
import { emptyChain } from '@keywright/core/store'
import type { Transaction } from 'kysely'
import type { KeyTables } from '../tables/key-tables.js'
import { instantOf, wholeNumberOf } from '../tables/whole-number.js'
import type { StoreContext } from './context.js'

/** An organisation whose row of counters is locked until the transaction ends. */
export interface LockedOrganization {
  readonly id: string
  /** The last record of its audit chain. */
  readonly head: AuditCheckpoint
  /** How many keys it has ever created. */
  readonly created: number
  /** Whether what happens to its keys is an event of webhooks as well. */
  readonly hasWebhooks: boolean
  /** The engine's clock, read behind the lock. */
  readonly now: Date
}

/** Locks an organisation, so that its keys are counted, and its audit chain grows, in one transaction at a time. */
export async function lockOrganization(
  context: StoreContext,
  trx: Transaction<KeyTables>,
  id: string,
): Promise<LockedOrganization> {
  const { tables, dialect } = context
  const fresh = { organization_id: id, created: 0, audit_seq: 0, audit_hash: emptyChain.hash, touched: 0 }
  await dialect.orKeep(trx.insertInto(tables.api_key_counters).values(fresh), 'organization_id').execute()
  // MySQL has locked the row by now, so `touched` shows whether a plain read is as old as the host's transaction.
  const seen = readsMayBeOld(context) ? await touchedOf(context, trx, id) : null
  // A write without effect takes the row's lock on every engine.
  await trx
    .updateTable(tables.api_key_counters)
    .set((eb) => ({ touched: eb('touched', '+', 1) }))
    .where('organization_id', '=', id)
    .execute()
  const row = await trx
    .selectFrom(tables.api_key_counters)
    .select(['created', 'audit_seq', 'audit_hash', 'touched', 'webhooks', dialect.now.as('now')])
    .where('organization_id', '=', id)
    .executeTakeFirstOrThrow()
  if (seen !== null && Number(row.touched) !== seen + 1) {
    const what = 'Keys of this organization were changed after the transaction had begun, and it cannot see them'
    throw new TransactionLost({ cause: new Error(`${what}: its isolation level is not READ COMMITTED.`) })
  }
  return {
    id,
    head: { seq: wholeNumberOf(row.audit_seq, 'audit_seq'), hash: row.audit_hash },
    created: wholeNumberOf(row.created, 'created'),
    hasWebhooks: Number(row.webhooks) === 1,
    now: instantOf(row.now, 'now'),
  }
}

/**
 * Whether plain reads may show less than what is locked. Under REPEATABLE READ, which is the default of MySQL, they show the
 * database as the transaction first saw it. PostgreSQL refuses to lock a row that changed since, and SQLite to write at all.
 */
export function readsMayBeOld({ isHostsTransaction, dialect }: StoreContext): boolean {
  return isHostsTransaction && dialect.name === 'mysql'
}

async function touchedOf({ tables }: StoreContext, trx: Transaction<KeyTables>, id: string): Promise<number> {
  const row = await trx
    .selectFrom(tables.api_key_counters)
    .select('touched')
    .where('organization_id', '=', id)
    .executeTakeFirst()
  return Number(row?.touched ?? -1) // it was made since, unless this transaction has just made it
}
