import type { ReplayRequest } from '@keywright/core/store'
import { type RawBuilder, type Selectable, sql, type Transaction } from 'kysely'
import { appendAudit } from '../store/audit.js'
import type { StoreContext } from '../store/context.js'
import { lockOrganization } from '../store/organization-lock.js'
import type { KeyTables, WebhookTable } from '../tables/key-tables.js'
import { lockEndpoint } from './change-endpoint.js'
import { parseEndpointRow } from './endpoint-row.js'
import { newDelivery } from './outbox.js'

/** Rows of one statement: engines bound its parameters. */
const maxRows = 500

/** Queues events again, in one transaction with the audit record. */
export async function replay(
  context: StoreContext,
  trx: Transaction<KeyTables>,
  request: ReplayRequest,
): Promise<number> {
  const { tables, dialect } = context
  const endpoint = await lockEndpoint(context, trx, request.endpointId)
  if (endpoint === undefined) return 0
  // Replays of an organization run one after the other: none queues what another one has queued.
  const organization = await lockOrganization(context, trx, endpoint.organization_id)
  const eventIds = await keepEvents(context, trx, await findEvents(context, trx, endpoint, request))
  if (eventIds.length === 0) return 0
  await appendAudit(context, trx, organization, { drafts: request.audit(eventIds.length), auditKey: request.auditKey })
  const at = organization.now.getTime()
  const ids = { endpointId: endpoint.id, organizationId: endpoint.organization_id }
  for (let from = 0; from < eventIds.length; from += maxRows) {
    const rows = eventIds
      .slice(from, from + maxRows)
      .map((eventId) => ({ ...newDelivery({ ...ids, eventId }), next_at: at, created_at: at }))
    const renewed = ['status', 'reason', 'attempts', 'next_at', 'claim']
    await dialect
      .orChange(trx.insertInto(tables.api_key_deliveries).values(rows), {
        table: tables.api_key_deliveries,
        keys: ['id'],
        changes: (_there, coming) => Object.fromEntries(renewed.map((name) => [name, coming(name)])),
      })
      .execute()
  }
  return eventIds.length
}

/** Finds the events that a request means, oldest first. */
async function findEvents(
  { tables }: StoreContext,
  trx: Transaction<KeyTables>,
  endpoint: Selectable<WebhookTable>,
  request: ReplayRequest,
): Promise<readonly string[]> {
  const ofEndpoint = trx
    .selectFrom(`${tables.api_key_events} as e`)
    .leftJoin(`${tables.api_key_deliveries} as d`, (join) =>
      join.onRef('d.event_id', '=', 'e.id').on('d.endpoint_id', '=', endpoint.id),
    )
    .select('e.id')
    .where('e.organization_id', '=', endpoint.organization_id)
    .where('e.next_at', 'is', null)
    .where(({ eb, or }) => or([eb('e.endpoint_id', 'is', null), eb('e.endpoint_id', '=', endpoint.id)]))
  if ('eventId' in request) {
    const rows = await ofEndpoint.where('e.id', '=', request.eventId).where('d.next_at', 'is', null).execute()
    return rows.map(({ id }) => id)
  }
  const { types } = parseEndpointRow(endpoint)
  if (types?.length === 0) return []
  const rows = await ofEndpoint
    .where('e.created_at', '>=', request.from.getTime())
    .where('e.created_at', '<', request.to.getTime())
    .where(({ eb, or }) => or([eb('d.id', 'is', null), eb('d.status', 'in', ['failed', 'dropped'])]))
    .$if(types !== null, (events) => events.where('e.type', 'in', types ?? []))
    .orderBy('e.created_at')
    .orderBy('e.id')
    .limit(request.limit)
    .execute()
  return rows.map(({ id }) => id)
}

/** Keeps events from being pruned until the transaction ends. Returns those that are still there. */
async function keepEvents(
  { tables }: StoreContext,
  trx: Transaction<KeyTables>,
  ids: readonly string[],
): Promise<readonly string[]> {
  const kept = new Set<string>()
  for (let from = 0; from < ids.length; from += maxRows) {
    const some = ids.slice(from, from + maxRows)
    for (const id of await lockEvents({ tables }, trx, some)) kept.add(id)
  }
  return ids.filter((id) => kept.has(id))
}

/** Locks events that have left the outbox. Returns those that are there and meet the condition. */
export async function lockEvents(
  { tables }: Pick<StoreContext, 'tables'>,
  trx: Transaction<KeyTables>,
  ids: readonly string[],
  condition: RawBuilder<boolean> = sql<boolean>`1 = 1`,
): Promise<readonly string[]> {
  const ended = ids.toSorted()
  // A write without effect takes the locks, before anything is read.
  await trx
    .updateTable(tables.api_key_events)
    .set((eb) => ({ claim: eb.ref('claim') }))
    .where('id', 'in', ended)
    .where('next_at', 'is', null)
    .execute()
  const rows = await trx
    .selectFrom(`${tables.api_key_events} as e`)
    .select('e.id')
    .where('e.id', 'in', ended)
    .where('e.next_at', 'is', null)
    .where(condition)
    .execute()
  return rows.map(({ id }) => id)
}
