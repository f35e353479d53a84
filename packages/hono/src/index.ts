export { assertGuarded, type RouteTable } from './assert-guarded.js'
export type { GetConnInfo } from './request-of.js'
export { type GuardOptions, type KeyEnv, type KeyVariables, requireKey } from './require-key.js'
