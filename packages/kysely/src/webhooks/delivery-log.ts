import type { WebhookStore } from '@keywright/core/store'
import { type RawBuilder, sql } from 'kysely'
import type { StoreContext } from '../store/context.js'
import { deliveriesOf, parseDeliveryRow } from './delivery-row.js'

/** What became of deliveries, to be read. */
export function deliveryLogMethods({
  db,
  tables,
  reading,
}: StoreContext): Pick<WebhookStore, 'listDeliveries' | 'findDelivery'> {
  // The deliveries of an endpoint that is gone are deleted a while later.
  const isThere = (endpoint: RawBuilder<unknown>) =>
    sql<boolean>`exists (select 1 from ${sql.table(tables.api_key_webhooks)} as w where w.id = ${endpoint})`
  return {
    async listDeliveries({ endpointId, status, after, limit }) {
      if (status?.length === 0) return []
      let page = deliveriesOf(db, tables)
        .where('d.endpoint_id', '=', endpointId)
        .where(isThere(sql`${endpointId}`))
      if (status !== undefined) page = page.where('d.status', 'in', status)
      if (after !== undefined) {
        const at = after.createdAt.getTime()
        page = page
          .where('d.created_at', '<=', at)
          .where(({ eb, or }) => or([eb('d.created_at', '<', at), eb('d.id', '<', after.id)]))
      }
      const query = page.orderBy('d.created_at', 'desc').orderBy('d.id', 'desc').limit(limit).compile()
      const { rows } = await reading((on) => on.db.executeQuery(query))
      return rows.map(parseDeliveryRow)
    },

    async findDelivery(id) {
      const found = (on: StoreContext) =>
        deliveriesOf(on.db, tables).where('d.id', '=', id).where(isThere(sql`d.endpoint_id`))
      const row = await reading((on) => found(on).executeTakeFirst())
      return row === undefined ? null : parseDeliveryRow(row)
    },
  }
}
