import type { EndpointChange, FoundEndpoint, QueueChange } from '@keywright/core/store'
import type { Selectable, Transaction } from 'kysely'
import { appendAudit } from '../store/audit.js'
import type { StoreContext } from '../store/context.js'
import { lockOrganization } from '../store/organization-lock.js'
import type { KeyTables, WebhookTable } from '../tables/key-tables.js'
import { heldAt } from './delivery-row.js'
import { changedEndpointColumns, parseEndpointRow } from './endpoint-row.js'

/** An endpoint that was changed, and whether it went. */
interface Changed {
  readonly found: FoundEndpoint | null
  readonly isGone: boolean
}

/**
 * Changes an endpoint, and what waits for it, or deletes it, in one transaction with the audit record. Of one that went, the
 * deliveries are left: there may be many, and the transaction holds up the organization.
 */
export async function changeEndpoint(
  context: StoreContext,
  trx: Transaction<KeyTables>,
  id: string,
  { auditKey, decide }: EndpointChange,
): Promise<Changed> {
  const { tables } = context
  const row = await lockEndpoint(context, trx, id)
  if (row === undefined) return { found: null, isGone: false }
  const record = parseEndpointRow(row)
  const organization = await lockOrganization(context, trx, row.organization_id)
  const { now } = organization
  const unchanged = { found: { record, now }, isGone: false }
  const decision = decide(record, { now })
  if (decision === null) return unchanged
  const { write, queue, audit } = decision
  await appendAudit(context, trx, organization, { drafts: audit, auditKey })
  if (write === 'delete') {
    await trx.deleteFrom(tables.api_key_webhooks).where('id', '=', id).execute()
    return { ...unchanged, isGone: true }
  }
  if (queue !== undefined) await changeQueue(context, trx, id, queue, now)
  if (Object.keys(write).length === 0) return unchanged
  const columns = { ...changedEndpointColumns(write), updated_at: now.getTime(), version: record.version + 1 }
  await trx.updateTable(tables.api_key_webhooks).set(columns).where('id', '=', id).execute()
  const changed = parseEndpointRow({ ...row, ...columns } as typeof row) // columns that are given have a value
  return { found: { record: changed, now }, isGone: false }
}

/** Locks an endpoint, so that it is neither changed nor deleted, and reads it. */
export async function lockEndpoint(
  { tables }: StoreContext,
  trx: Transaction<KeyTables>,
  id: string,
): Promise<Selectable<WebhookTable> | undefined> {
  // A write without effect takes the lock on every engine, before the row is read.
  await trx
    .updateTable(tables.api_key_webhooks)
    .set((eb) => ({ version: eb.ref('version') }))
    .where('id', '=', id)
    .execute()
  return trx.selectFrom(tables.api_key_webhooks).selectAll().where('id', '=', id).executeTakeFirst()
}

async function changeQueue(
  { tables }: StoreContext,
  trx: Transaction<KeyTables>,
  id: string,
  queue: QueueChange,
  now: Date,
): Promise<void> {
  const ofEndpoint = trx.updateTable(tables.api_key_deliveries).where('endpoint_id', '=', id).where('claim', 'is', null)
  switch (queue.to) {
    case 'hold':
      await ofEndpoint.set({ status: 'held', next_at: heldAt }).where('next_at', '<', heldAt).execute()
      return
    case 'resume':
      await ofEndpoint.set({ status: 'pending', next_at: now.getTime() }).where('next_at', '=', heldAt).execute()
      return
    case 'drop':
      await ofEndpoint
        .set({ status: 'dropped', reason: queue.reason, next_at: null })
        .where('next_at', 'is not', null)
        .execute()
  }
}
