import type { WebhookStore } from '@keywright/core/store'
import type { StoreContext } from '../store/context.js'
import { deliveriesOf, parseDeliveryRow } from './delivery-row.js'

/** What became of deliveries, to be read. */
export function deliveryLogMethods({
  db,
  tables,
  requireSchema,
}: StoreContext): Pick<WebhookStore, 'listDeliveries' | 'findDelivery'> {
  return {
    async listDeliveries({ endpointId, status, after, limit }) {
      await requireSchema()
      if (status?.length === 0) return []
      let page = deliveriesOf(db, tables).where('d.endpoint_id', '=', endpointId)
      if (status !== undefined) page = page.where('d.status', 'in', status)
      if (after !== undefined) {
        const at = after.createdAt.getTime()
        page = page
          .where('d.created_at', '<=', at)
          .where(({ eb, or }) => or([eb('d.created_at', '<', at), eb('d.id', '<', after.id)]))
      }
      const rows = await page.orderBy('d.created_at', 'desc').orderBy('d.id', 'desc').limit(limit).execute()
      return rows.map(parseDeliveryRow)
    },

    async findDelivery(id) {
      await requireSchema()
      const row = await deliveriesOf(db, tables).where('d.id', '=', id).executeTakeFirst()
      return row === undefined ? null : parseDeliveryRow(row)
    },
  }
}
