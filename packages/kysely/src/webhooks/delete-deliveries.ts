import type { StoreContext } from '../store/context.js'

const batchSize = 500
/** What waits for an endpoint, and as much again: whoever deletes an endpoint waits for it. */
const mostBatches = 40

/**
 * Deletes the deliveries of an endpoint that is gone, what waits first. Not in the transaction in which the endpoint went: that
 * holds up the whole organization. So it may stop half-way: claims end what still waits, and `prune` deletes the rest with its events.
 */
export async function deleteDeliveries({ tables, changing }: StoreContext, endpointId: string): Promise<void> {
  let waits = true
  try {
    for (let batch = 0; batch < mostBatches; batch += 1) {
      const rows = await changing((on) =>
        on
          .selectFrom(tables.api_key_deliveries)
          .select('id')
          .where('endpoint_id', '=', endpointId)
          .$if(waits, (found) => found.where('next_at', 'is not', null))
          .limit(batchSize)
          .execute(),
      )
      if (rows.length > 0) {
        const ids = rows.map(({ id }) => id).sort()
        await changing((on) => on.deleteFrom(tables.api_key_deliveries).where('id', 'in', ids).execute())
      }
      if (rows.length === batchSize) continue
      if (!waits) return
      waits = false
    }
  } catch {
    // The endpoint is gone, which is what was asked for: nobody finds its deliveries any more.
  }
}
