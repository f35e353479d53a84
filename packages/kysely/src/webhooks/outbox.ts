import { deliveryId, type EventRoute, mostWaiting, type NewEvent, type WebhookStore } from '@keywright/core/store'
import type { Insertable, Transaction } from 'kysely'
import { addEvents, eventsOfStatement } from '../store/add-events.js'
import type { StoreContext } from '../store/context.js'
import type { DeliveryTable, KeyTables } from '../tables/key-tables.js'
import { wholeNumberOf } from '../tables/whole-number.js'
import { isClaimOf, mostClaimed, onceNow, take } from './claim.js'
import { heldAt, parseEventRow } from './delivery-row.js'
import { readable } from './readable.js'

/** Rows of one statement: engines bound its parameters. */
const maxRows = 500

/** Adds events to the outbox. A statement is a transaction by itself, but within one of the host's it needs a savepoint. */
export async function publish(context: StoreContext, events: readonly NewEvent[]): Promise<void> {
  const { dialect, isHostsTransaction, changing, transaction } = context
  if (events.length === 0) return
  if (isHostsTransaction || events.length > eventsOfStatement) {
    await transaction((trx) => addEvents(context, trx, events, dialect.now))
    return
  }
  await changing((on) => addEvents(context, on, events, dialect.now))
}

/** The outbox, as workers see it. */
export function outboxMethods(context: StoreContext): Pick<WebhookStore, 'publish' | 'claimEvents' | 'queue'> {
  const { tables, dialect, changing, transaction } = context
  return {
    publish: (events) => publish(context, events),

    async claimEvents({ worker, limit, leaseMs }) {
      const due = await changing((on) =>
        on
          .selectFrom(tables.api_key_events)
          .select('id')
          .where('next_at', '<=', onceNow(dialect))
          .orderBy('next_at')
          .orderBy('id')
          .limit(Math.min(limit, mostClaimed))
          .execute(),
      )
      if (due.length === 0) return []
      const ids = due.map(({ id }) => id)
      return take(context, 'api_key_events', { ids, worker, leaseMs }, async (trx, claim, sorted) => {
        const rows = await trx
          .selectFrom(tables.api_key_events)
          .selectAll()
          .where('id', 'in', sorted)
          .where('claim', '=', claim)
          .orderBy('created_at')
          .orderBy('id')
          .execute()
        return readable(rows, parseEventRow)
      })
    },

    async queue(worker, routes) {
      if (routes.length === 0) return
      const sorted = routes.toSorted((a, b) => (a.eventId < b.eventId ? -1 : 1))
      await transaction((trx) => queueRoutes(context, trx, worker, sorted))
    },
  }
}

/** Ends events in the outbox, and makes their deliveries: of events that are still the worker's, to endpoints that are still there. */
async function queueRoutes(
  context: StoreContext,
  trx: Transaction<KeyTables>,
  worker: string,
  routes: readonly EventRoute[],
): Promise<void> {
  const organizationOfEvent = await endEvents(context, trx, worker, routes)
  const endpoints = await lockedEndpoints(context, trx, routes)
  const deliveries = routes.flatMap(({ eventId, endpointIds }) =>
    endpointIds
      // Whatever a worker says, no event leaves its organization.
      .filter((id) => endpoints.has(id) && endpoints.get(id) === organizationOfEvent.get(eventId))
      .map((endpointId) => ({ eventId, endpointId, organizationId: endpoints.get(endpointId) ?? '' })),
  )
  if (deliveries.length > 0) await addDeliveries(context, trx, deliveries)
}

/** Ends events that are the worker's. Returns their organizations. */
async function endEvents(
  { tables }: StoreContext,
  trx: Transaction<KeyTables>,
  worker: string,
  routes: readonly EventRoute[],
): Promise<ReadonlyMap<string, string>> {
  const organizationOfEvent = new Map<string, string>()
  for (let from = 0; from < routes.length; from += maxRows) {
    const ids = routes.slice(from, from + maxRows).map(({ eventId }) => eventId)
    const claimed = isClaimOf(worker)
    // A write without effect takes the locks, so that no other worker takes the events meanwhile.
    const ofWorker = trx.updateTable(tables.api_key_events).where('id', 'in', ids).where(claimed)
    await ofWorker.set((eb) => ({ claim: eb.ref('claim') })).execute()
    const rows = await trx
      .selectFrom(tables.api_key_events)
      .select(['id', 'organization_id'])
      .where('id', 'in', ids)
      .where(claimed)
      .execute()
    for (const row of rows) organizationOfEvent.set(row.id, row.organization_id)
    await ofWorker.set({ claim: null, next_at: null }).execute()
  }
  return organizationOfEvent
}

/** Which event goes to which endpoint. */
interface Routed {
  readonly eventId: string
  readonly endpointId: string
  readonly organizationId: string
}

/** Adds deliveries to endpoints that are locked: due at once, or dropped where too many wait. */
async function addDeliveries(
  context: StoreContext,
  trx: Transaction<KeyTables>,
  deliveries: readonly Routed[],
): Promise<void> {
  const { tables, dialect } = context
  const waiting = await countWaiting(context, trx, [...new Set(deliveries.map(({ endpointId }) => endpointId))])
  const rows = deliveries.map((one) => {
    const before = waiting.get(one.endpointId) ?? 0
    const added = { ...newDelivery(one), created_at: dialect.now }
    if (before >= mostWaiting) return { ...added, status: 'dropped', reason: 'queue_full', next_at: null }
    waiting.set(one.endpointId, before + 1)
    return { ...added, next_at: dialect.now }
  })
  for (let from = 0; from < rows.length; from += maxRows) {
    const some = rows.slice(from, from + maxRows)
    await dialect.orKeep(trx.insertInto(tables.api_key_deliveries).values(some), 'id').execute()
  }
}

/** Counts what waits for endpoints, held or not, from an index alone. */
async function countWaiting(
  { tables }: StoreContext,
  trx: Transaction<KeyTables>,
  endpointIds: readonly string[],
): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  for (let from = 0; from < endpointIds.length; from += maxRows) {
    const rows = await trx
      .selectFrom(tables.api_key_deliveries)
      .select(['endpoint_id', ({ fn }) => fn.countAll().as('waiting')])
      .where('endpoint_id', 'in', endpointIds.slice(from, from + maxRows))
      // Not "is not null", for which an engine might count through all that ever was sent.
      .where('next_at', '<=', heldAt)
      .groupBy('endpoint_id')
      .execute()
    for (const row of rows) counts.set(row.endpoint_id, wholeNumberOf(row.waiting, 'waiting'))
  }
  return counts
}

/** Finds the organizations of endpoints, and keeps these from being deleted meanwhile: nobody would ever take their deliveries. */
async function lockedEndpoints(
  { tables, dialect }: Pick<StoreContext, 'tables' | 'dialect'>,
  trx: Transaction<KeyTables>,
  routes: readonly EventRoute[],
): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set(routes.flatMap(({ endpointIds }) => endpointIds))].sort()
  const found = new Map<string, string>()
  for (let from = 0; from < ids.length; from += maxRows) {
    const rows = await trx
      .selectFrom(tables.api_key_webhooks)
      .select(['id', 'organization_id'])
      .where('id', 'in', ids.slice(from, from + maxRows))
      .orderBy('id')
      // SQLite has one writer at a time, which this is by now.
      .$if(dialect.name !== 'sqlite', (read) => read.forUpdate())
      .execute()
    for (const row of rows) found.set(row.id, row.organization_id)
  }
  return found
}

/** The columns of a delivery that nobody has tried. */
export function newDelivery({
  eventId,
  endpointId,
  organizationId,
}: Routed): Omit<Insertable<DeliveryTable>, 'next_at' | 'created_at'> {
  return {
    id: deliveryId(eventId, endpointId),
    event_id: eventId,
    endpoint_id: endpointId,
    organization_id: organizationId,
    status: 'pending',
    reason: null,
    attempts: 0,
    claim: null,
    log: '[]',
  }
}
