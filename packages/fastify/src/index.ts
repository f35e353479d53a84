export { assertGuarded } from './assert-guarded.js'
export { type KeywrightOptions, keywright, principalOf } from './keywright.js'
export type { Fallback, GuardedRequest } from './route-config.js'
