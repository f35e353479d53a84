export { assertGuarded, type RouteTable } from './assert-guarded.js'
export type { TellConnection } from './request-of.js'
export { type GuardOptions, type KeyEnv, type KeyVariables, requireKey } from './require-key.js'
