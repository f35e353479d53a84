export type { Caller } from './host/caller.js'
export type { ManagementApiOptions, Permissions, ResourceChoice, SecuritySchemes } from './host/options.js'
export { type FetchHandler, type NodeConnection, type NodeListener, nodeListener } from './http/node-listener.js'
export { type ManagementApi, managementApi } from './management-api.js'
