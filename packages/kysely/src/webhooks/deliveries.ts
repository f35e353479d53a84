import type { ClaimedDelivery, DeliveryClaim, WebhookStore } from '@keywright/core/store'
import type { Transaction } from 'kysely'
import { eventColumns } from '../store/add-events.js'
import type { StoreContext } from '../store/context.js'
import type { KeyTables } from '../tables/key-tables.js'
import { instantOf } from '../tables/whole-number.js'
import { lockEndpoint } from './change-endpoint.js'
import { fromNow, isClaimOf, mostClaimed, newClaim, onceNow, take } from './claim.js'
import { deliveriesOf, parseDeliveryRow } from './delivery-row.js'
import { parseEndpointRow } from './endpoint-row.js'
import { newDelivery } from './outbox.js'

type Methods = Pick<WebhookStore, 'claimDeliveries' | 'claimNew' | 'renew' | 'postpone'>

/** How many times `limit` is looked at: some of it may be more than an endpoint's share, or go to another worker. */
const pages = 4
/** How many pages one call looks at, each without the endpoints that have had their share. */
const maxRounds = 10

/** What workers take, keep and put off. */
export function deliveryMethods(context: StoreContext): Methods {
  const { db, tables, dialect, requireSchema, retrying, transaction } = context
  return {
    async claimDeliveries(request) {
      await requireSchema()
      const limit = Math.min(request.limit, mostClaimed)
      const taken = new Map(request.taken)
      const claimed: ClaimedDelivery[] = []
      for (let round = 0; round < maxRounds && claimed.length < limit; round += 1) {
        const wanted = limit - claimed.length
        const page = await findDue(context, { ...request, taken, limit: pages * limit })
        const chosen = chooseShares(page, { ...request, taken, limit: wanted })
        if (chosen.length === 0) break
        const got = await takeDeliveries(context, chosen, request)
        claimed.push(...got)
        if (page.length < pages * limit) break
      }
      return claimed
    },

    async claimNew(event, endpointId, { worker, leaseMs }) {
      const claim = newClaim(worker)
      return transaction(async (trx) => {
        const endpoint = await lockEndpoint(context, trx, endpointId)
        if (endpoint === undefined) return null
        const added = { ...eventColumns(event), endpoint_id: endpointId, next_at: null, created_at: dialect.now }
        await trx.insertInto(tables.api_key_events).values(added).execute()
        const ids = { eventId: event.id, endpointId, organizationId: endpoint.organization_id }
        const delivery = {
          ...newDelivery(ids),
          claim,
          next_at: fromNow(dialect, leaseMs),
          created_at: dialect.now,
        }
        await trx.insertInto(tables.api_key_deliveries).values(delivery).execute()
        const [claimed] = await readClaimed(context, trx, claim, [delivery.id])
        return claimed ?? null
      })
    },

    async renew(worker, ids, leaseMs) {
      if (ids.length === 0) return
      await requireSchema()
      const keep = db
        .updateTable(tables.api_key_deliveries)
        .set({ next_at: fromNow(dialect, leaseMs) })
        .where('id', 'in', ids.toSorted())
        .where(isClaimOf(worker))
      await retrying(() => keep.execute())
    },

    async postpone(endpointIds, inMs) {
      if (endpointIds.length === 0) return
      await requireSchema()
      const putOff = db
        .updateTable(tables.api_key_deliveries)
        .set({ next_at: fromNow(dialect, inMs) })
        .where('endpoint_id', 'in', endpointIds.toSorted())
        .where('next_at', '<=', onceNow(dialect))
        .where('claim', 'is', null)
      await retrying(() => putOff.execute())
    },
  }
}

interface Due {
  readonly id: string
  readonly endpoint_id: string
}

/** Finds what waits longest, from an index alone, but for endpoints of which the worker has all that it may have. */
function findDue(
  { db, tables, dialect }: StoreContext,
  { taken, perEndpoint, limit }: DeliveryClaim,
): Promise<readonly Due[]> {
  const full = [...taken].filter(([, count]) => count >= perEndpoint).map(([id]) => id)
  return db
    .selectFrom(tables.api_key_deliveries)
    .select(['id', 'endpoint_id'])
    .where('next_at', '<=', onceNow(dialect))
    .$if(full.length > 0, (due) => due.where('endpoint_id', 'not in', full))
    .orderBy('next_at')
    .orderBy('endpoint_id')
    .orderBy('id')
    .limit(limit)
    .execute()
}

/** Chooses of each endpoint what the worker may still have. Counts it in `taken`, whether the worker then gets it or not. */
function chooseShares(
  page: readonly Due[],
  {
    taken,
    perEndpoint,
    limit,
  }: { readonly taken: Map<string, number>; readonly perEndpoint: number; readonly limit: number },
): readonly string[] {
  const chosen: string[] = []
  for (const { id, endpoint_id } of page) {
    if (chosen.length === limit) break
    const count = taken.get(endpoint_id) ?? 0
    if (count >= perEndpoint) continue
    taken.set(endpoint_id, count + 1)
    chosen.push(id)
  }
  return chosen
}

function takeDeliveries(
  context: StoreContext,
  ids: readonly string[],
  { worker, leaseMs }: DeliveryClaim,
): Promise<readonly ClaimedDelivery[]> {
  return take(context, 'api_key_deliveries', { ids, worker, leaseMs }, (trx, claim, sorted) =>
    readClaimed(context, trx, claim, sorted),
  )
}

async function readClaimed(
  { tables, dialect }: StoreContext,
  trx: Transaction<KeyTables>,
  claim: string,
  ids: readonly string[],
): Promise<readonly ClaimedDelivery[]> {
  const rows = await deliveriesOf(trx, tables)
    .select(dialect.now.as('now'))
    .where('d.id', 'in', ids)
    .where('d.claim', '=', claim)
    .orderBy('e.created_at')
    .orderBy('d.id')
    .execute()
  if (rows.length === 0) return []
  const endpointIds = [...new Set(rows.map((row) => row.endpoint_id))]
  const endpoints = await trx.selectFrom(tables.api_key_webhooks).selectAll().where('id', 'in', endpointIds).execute()
  const byId = new Map(endpoints.map((row) => [row.id, parseEndpointRow(row)]))
  return rows.flatMap((row) => {
    const endpoint = byId.get(row.endpoint_id)
    return endpoint === undefined ? [] : [{ delivery: parseDeliveryRow(row), endpoint, now: instantOf(row.now, 'now') }]
  })
}
