import type { WebhookStore } from '@keywright/core/store'
import { storeContext } from '../store/context.js'
import { hostsContext } from '../store/hosts-transaction.js'
import type { KyselyLike } from '../tables/kysely-like.js'
import type { TableOptions } from '../tables/table-names.js'
import { changeEndpoint } from './change-endpoint.js'
import { deleteDeliveries } from './delete-deliveries.js'
import { deliveryMethods } from './deliveries.js'
import { deliveryLogMethods } from './delivery-log.js'
import { endpointMethods } from './endpoints.js'
import { outboxMethods, publish } from './outbox.js'
import { prune } from './prune.js'
import { replay } from './replay.js'
import { settle } from './settle.js'
import { loadStatus } from './status.js'

/**
 * Keeps webhooks beside the keys of {@link kyselyStore}: their endpoints, the events that wait for a worker, and what became of each
 * delivery. Give it the `db` and the options of that store.
 *
 * From the first endpoint of an organization on, what happens to one of its keys is an event, committed with the change. Your own
 * events can be committed with your own changes: see `inTransaction`. Workers of several processes share the queue, without
 * `skip locked`, so that each engine can be used.
 *
 * @example
 * ```ts
 * const webhooks = kyselyWebhookStore(db)
 * await db.transaction().execute(async (trx) => {
 *   await trx.insertInto('orders').values(order).execute()
 *   await webhooks.inTransaction?.(trx).publish([event])
 * })
 * ```
 *
 * @throws {@link InvalidOptions} when an option is wrong, when `db` is a transaction or no Kysely instance, or when the dialect of `db`
 * cannot be told.
 */
export function kyselyWebhookStore(db: KyselyLike, options: TableOptions = {}): WebhookStore {
  const context = storeContext(db, options)
  const { transaction } = context
  return {
    ...endpointMethods(context),
    ...outboxMethods(context),
    ...deliveryMethods(context),
    ...deliveryLogMethods(context),
    replay: (request) => transaction((trx) => replay(context, trx, request)),
    status: (query) => loadStatus(context, query),
    prune: (query) => prune(context, query),

    async changeEndpoint(id, request) {
      const { found, isGone } = await transaction((trx) => changeEndpoint(context, trx, id, request))
      if (isGone) await deleteDeliveries(context, id)
      return found
    },

    async settle(worker, outcomes) {
      if (outcomes.length > 0) await transaction((trx) => settle(context, trx, worker, outcomes))
    },

    inTransaction(transaction) {
      const { context: within } = hostsContext(context, options, transaction)
      return { publish: (events) => publish(within, events) }
    },
  }
}
