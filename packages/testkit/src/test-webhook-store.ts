import { checkNames, type NamesOf } from '@keywright/core/adapter'
import { describe } from 'vitest'
import { testDeliveries } from './test-deliveries.js'
import { testDeliveryLog } from './test-delivery-log.js'
import { testEndpoints } from './test-endpoints.js'
import { testOutbox } from './test-outbox.js'
import type { WebhookStores } from './webhook-world.js'

/** The store that {@link testWebhookStore} tests. */
export interface WebhookStoreHarness {
  /** The name of the store, for the titles of the tests. */
  readonly name: string
  /**
   * Opens the store, and the store of keys over the same database. They may hold what earlier tests left, and nobody else may claim
   * from them while a test runs.
   */
  open(): Promise<WebhookStores>
}

const harnessNames: NamesOf<WebhookStoreHarness> = { name: true, open: true }

/**
 * Tests a store against the contract of `WebhookStore`. Call it at the top of a Vitest file, with a real database.
 *
 * @example
 * ```ts
 * testWebhookStore({ name: 'my store', open: async () => ({ keys: myStore(db), webhooks: myWebhookStore(db) }) })
 * ```
 *
 * @throws {@link InvalidOptions} when a field is unknown.
 */
export function testWebhookStore(harness: WebhookStoreHarness): void {
  checkNames(harness, harnessNames)
  const { name, open } = harness
  describe(`${name}: WebhookStore`, () => {
    testEndpoints(open)
    testOutbox(open)
    testDeliveries(open)
    testDeliveryLog(open)
  })
}
