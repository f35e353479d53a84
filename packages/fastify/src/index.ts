export { assertGuarded } from './assert-guarded.js'
export { type KeywrightOptions, keywright, principalOf } from './keywright.js'
export type { GuardedRequest, OrElse } from './route-config.js'
