export { aKey } from './a-key.js'
export { bypassAttempts } from './gate/bypass-attempts.js'
export type { GateAccess, GateAnswer, GateApp, GateHarness, GateRoute, GateServer } from './gate/harness.js'
export { type RawAnswer, type RawRequest, rawRequest } from './gate/raw-request.js'
export { testGate } from './test-gate.js'
export { type InvalidationBusHarness, type OpenBus, testInvalidationBus } from './test-invalidation-bus.js'
export { type StoreHarness, testKeyStore } from './test-key-store.js'
export {
  auditOf,
  recordOf,
  type TestKeyring,
  type TestKeyringOptions,
  testAccess,
  testKeyring,
  testOwners,
  testPeppers,
  writeRecord,
  wrongSecret,
} from './test-keyring.js'
export { type RateLimiterHarness, testRateLimiter } from './test-rate-limiter.js'
export { testWebhookStore, type WebhookStoreHarness } from './test-webhook-store.js'
export type { WebhookStores } from './webhook-world.js'
