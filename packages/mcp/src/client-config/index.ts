export { clientConfig } from './client-config.js'
export { type ClientId, clientIds } from './client-ids.js'
export type { ClientConfigOptions, LocalServer, RemoteServer } from './options.js'
export type { ClientConfig, ConfigFile, KeyPlacement } from './result.js'
