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
import { readable } from './readable.js'
import { type Shares, sharesOf } from './shares.js'

type Methods = Pick<WebhookStore, 'claimDeliveries' | 'claimNew' | 'renew' | 'postpone'>

/** How many times `limit` is looked at: some of it may be more than a share, or go to another worker. */
const pages = 4
/** How many pages one call looks at, each without the endpoints and organizations that have had their share. */
const maxRounds = 10

/** What workers take, keep and put off. */
export function deliveryMethods(context: StoreContext): Methods {
  const { tables, dialect, changing, transaction } = context
  return {
    async claimDeliveries(request) {
      const limit = Math.min(request.limit, mostClaimed)
      const shares = sharesOf(request)
      const claimed: ClaimedDelivery[] = []
      for (let round = 0; round < maxRounds && claimed.length < limit; round += 1) {
        const wanted = limit - claimed.length
        const page = await findDue(context, shares, pages * limit)
        const chosen = choose(page, shares, wanted)
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
      await changing((on) =>
        on
          .updateTable(tables.api_key_deliveries)
          .set({ next_at: fromNow(dialect, leaseMs) })
          .where('id', 'in', ids.toSorted())
          .where(isClaimOf(worker))
          .execute(),
      )
    },

    async postpone(endpointIds, inMs) {
      if (endpointIds.length === 0) return
      await changing((on) =>
        on
          .updateTable(tables.api_key_deliveries)
          .set({ next_at: fromNow(dialect, inMs) })
          .where('endpoint_id', 'in', endpointIds.toSorted())
          .where('next_at', '<=', onceNow(dialect))
          .where('claim', 'is', null)
          .execute(),
      )
    },
  }
}

interface Due {
  readonly id: string
  readonly endpoint_id: string
  readonly organization_id: string
}

/** Finds what waits longest, from an index alone, but for endpoints and organizations of which the worker has its share. */
function findDue({ tables, dialect, changing }: StoreContext, shares: Shares, limit: number): Promise<readonly Due[]> {
  const { endpoints, organizations } = shares.full()
  return changing((on) =>
    on
      .selectFrom(tables.api_key_deliveries)
      .select(['id', 'endpoint_id', 'organization_id'])
      .where('next_at', '<=', onceNow(dialect))
      .$if(endpoints.length > 0, (due) => due.where('endpoint_id', 'not in', endpoints))
      .$if(organizations.length > 0, (due) => due.where('organization_id', 'not in', organizations))
      .orderBy('next_at')
      .orderBy('organization_id')
      .orderBy('endpoint_id')
      .orderBy('id')
      .limit(limit)
      .execute(),
  )
}

/** Chooses what the worker may still have. It counts in its shares, whether the worker then gets it or not. */
function choose(page: readonly Due[], shares: Shares, limit: number): readonly string[] {
  const chosen: string[] = []
  for (const { id, endpoint_id, organization_id } of page) {
    if (chosen.length === limit) break
    if (shares.take({ endpointId: endpoint_id, organizationId: organization_id })) chosen.push(id)
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
  const gone = rows.filter((row) => !byId.has(row.endpoint_id)).map(({ id }) => id)
  // An endpoint that was deleted leaves its deliveries for a while.
  if (gone.length > 0) await trx.deleteFrom(tables.api_key_deliveries).where('id', 'in', gone.sort()).execute()
  const read = (row: (typeof rows)[number]) => ({ delivery: parseDeliveryRow(row), now: instantOf(row.now, 'now') })
  return readable(rows, read).flatMap((claimed) => {
    const endpoint = byId.get(claimed.delivery.endpointId)
    return endpoint === undefined ? [] : [{ ...claimed, endpoint }]
  })
}
