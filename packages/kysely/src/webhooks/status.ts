import type { EndpointCounts, QueueStatus, WebhookStore } from '@keywright/core/store'
import { type RawBuilder, sql } from 'kysely'
import type { StoreContext } from '../store/context.js'
import { instantOf, sumOf, wholeNumberOf } from '../tables/whole-number.js'
import { heldAt } from './delivery-row.js'

/** How full the queue is, and what became of deliveries since a time. */
export function loadStatus({ reading }: StoreContext, query: StatusQuery): Promise<QueueStatus> {
  return reading((on) => countQueue(on, query))
}

type StatusQuery = Parameters<WebhookStore['status']>[0]

async function countQueue(
  { db, tables, dialect }: StoreContext,
  { organizationId, since }: StatusQuery,
): Promise<QueueStatus> {
  const events = sql`${sql.table(tables.api_key_events)} as e`
  const deliveries = sql`${sql.table(tables.api_key_deliveries)} as d`
  const isOf =
    organizationId === undefined
      ? {
          event: sql`1 = 1`,
          delivery: sql`1 = 1`,
          // An endpoint that is gone leaves its deliveries for a while. Not "exists", for which PostgreSQL would read all endpoints.
          endpoint: sql`(select 1 from ${sql.table(tables.api_key_webhooks)} as w where w.id = d.endpoint_id) = 1`,
        }
      : {
          event: sql`e.organization_id = ${organizationId}`,
          // By their endpoints, of which indexes find what waits, and what is of a time.
          delivery: sql`d.endpoint_id in (select w.id from ${sql.table(tables.api_key_webhooks)} as w
            where w.organization_id = ${organizationId})`,
          endpoint: sql`1 = 1`,
        }
  const count = (from: RawBuilder<unknown>, condition: RawBuilder<unknown>, of: RawBuilder<unknown>) =>
    sql<number>`(select count(*) from ${from} where ${condition} and ${of})`
  const waits = sql`e.next_at is not null`
  const row = await db
    .selectNoFrom([
      dialect.now.as('now'),
      count(events, waits, isOf.event).as('events'),
      count(deliveries, sql`d.next_at < ${heldAt}`, isOf.delivery).as('pending'),
      count(deliveries, sql`d.next_at = ${heldAt}`, isOf.delivery).as('held'),
      // "+ 0" keeps engines from walking through all events in the order of their time, until one waits.
      sql<number | null>`(select min(e.created_at + 0) from ${events} where ${waits} and ${isOf.event})`.as('outbox'),
      sql<number | null>`(select min((select e.created_at from ${events} where e.id = d.event_id)) from ${deliveries}
        where d.next_at < ${heldAt} and ${isOf.delivery})`.as('queued'),
    ])
    .executeTakeFirstOrThrow()
  const { rows } = await sql<{ endpoint: string; status: string; deliveries: unknown }>`
    select d.endpoint_id as ${sql.ref('endpoint')}, d.status as ${sql.ref('status')}, count(*) as ${sql.ref('deliveries')}
    from ${deliveries} where ${isOf.delivery} and d.created_at >= ${since.getTime()}
    group by d.endpoint_id, d.status having ${isOf.endpoint}`.execute(db)
  const oldest = [row.outbox, row.queued].filter((at) => at !== null).map((at) => wholeNumberOf(at, 'created_at'))
  return {
    now: instantOf(row.now, 'now'),
    events: sumOf(row.events, 'events'),
    pending: sumOf(row.pending, 'pending'),
    held: sumOf(row.held, 'held'),
    oldest: oldest.length === 0 ? null : new Date(Math.min(...oldest)),
    endpoints: countsOf(rows),
  }
}

function countsOf(
  rows: readonly { readonly endpoint: string; readonly status: string; readonly deliveries: unknown }[],
): readonly EndpointCounts[] {
  const counts = new Map<string, EndpointCounts>()
  for (const { endpoint, status, deliveries } of rows) {
    const none = { endpointId: endpoint, delivered: 0, failed: 0, dropped: 0, pending: 0 }
    counts.set(endpoint, { ...(counts.get(endpoint) ?? none), ...counted(status, wholeNumberOf(deliveries, 'count')) })
  }
  return [...counts.values()]
}

/** What is held is not among what became of an endpoint's deliveries. */
function counted(status: string, count: number): Partial<EndpointCounts> {
  return ['delivered', 'failed', 'dropped', 'pending'].includes(status) ? { [status]: count } : {}
}
