export { assertGuarded } from './assert-guarded.js'
export { type GuardOptions, principalOf, requireKey } from './require-key.js'
