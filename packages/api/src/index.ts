export type { Caller } from './caller.js'
export { type ManagementApi, managementApi } from './management-api.js'
export { type NodeListener, nodeListener } from './node-listener.js'
export type { ManagementApiOptions, Permissions, ResourceChoice } from './options.js'
