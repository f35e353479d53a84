import type { KeyStore, WebhookStore } from '@keywright/core/store'
import { memoryDeliveries } from './deliveries.js'
import { memoryEndpoints } from './endpoints.js'
import { memoryOutbox } from './outbox.js'
import { memoryLog } from './reads.js'
import type { WebhookState } from './state.js'

/**
 * Keeps webhooks in the memory of the process, beside a `memoryStore`: for tests, and to try things out. What waits to be sent is
 * lost with the process; use `kyselyWebhookStore` of `@keywright/kysely` for anything else.
 *
 * @param keys - The store of the keyring, whose clock and audit log it uses.
 *
 * @example
 * ```ts
 * const store = memoryStore()
 * const keyring = createKeyring({ prefix: 'tk', access, store, resolveOwner })
 * const hooks = webhooks(keyring, { store: memoryWebhookStore(store), sealer, events })
 * ```
 */
export function memoryWebhookStore(keys: KeyStore): WebhookStore {
  const state: WebhookState = { endpoints: new Map(), outbox: new Map(), deliveries: new Map(), tails: new Map() }
  const { readAudit, ...outbox } = memoryOutbox(state, keys)
  return {
    ...memoryEndpoints(state, keys),
    ...outbox,
    ...memoryDeliveries(state, keys),
    ...memoryLog(state, keys, readAudit),
  }
}
