import type { EndpointChange, FoundEndpoint, QueueChange } from '@keywright/core/store'
import type { Selectable, Transaction } from 'kysely'
import { appendAudit } from '../store/audit.js'
import type { StoreContext } from '../store/context.js'
import { lockOrganization } from '../store/organization-lock.js'
import type { KeyTables, WebhookTable } from '../tables/key-tables.js'
import { heldAt } from './delivery-row.js'
import { changedEndpointColumns, parseEndpointRow } from './endpoint-row.js'

/** Changes an endpoint, or deletes it, and what waits for it, in one transaction with the audit record. */
export async function changeEndpoint(
  context: StoreContext,
  trx: Transaction<KeyTables>,
  id: string,
  { auditKey, decide }: EndpointChange,
): Promise<FoundEndpoint | null> {
  const { tables } = context
  const row = await lockEndpoint(context, trx, id)
  if (row === undefined) return null
  const record = parseEndpointRow(row)
  const organization = await lockOrganization(context, trx, row.organization_id)
  const { now } = organization
  const decision = decide(record, { now })
  if (decision === null) return { record, now }
  const { write, queue, audit } = decision
  await appendAudit(context, trx, organization, { drafts: audit, auditKey })
  if (write === 'delete') {
    await trx.deleteFrom(tables.api_key_deliveries).where('endpoint_id', '=', id).execute()
    await trx.deleteFrom(tables.api_key_webhooks).where('id', '=', id).execute()
    return { record, now }
  }
  if (queue !== undefined) await changeQueue(context, trx, id, queue, now)
  if (Object.keys(write).length === 0) return { record, now }
  const columns = { ...changedEndpointColumns(write), updated_at: now.getTime(), version: record.version + 1 }
  await trx.updateTable(tables.api_key_webhooks).set(columns).where('id', '=', id).execute()
  return { record: parseEndpointRow({ ...row, ...columns } as typeof row), now } // columns that are given have a value
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
