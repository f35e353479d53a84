export { aKey } from './a-key.js'
export { type StoreHarness, testKeyStore } from './test-key-store.js'
