export { type AccessTarget, type AnyHandler, type McpAccess, scoped } from './access.js'
export type { AuthInfo } from './auth-info.js'
export type { Login, Narrowing } from './callers.js'
export type {
  ClientConfig,
  ClientConfigOptions,
  ClientId,
  ConfigFile,
  KeyPlacement,
  LocalServer,
  RemoteServer,
} from './client-config/index.js'
export { clientConfig, clientIds } from './client-config/index.js'
export { createMcpAuth, type McpAuth, type McpCaller } from './create-mcp-auth.js'
export { denyOAuthDiscovery, oauthDiscoveryResponse } from './deny-oauth-discovery.js'
export type { OnCall } from './event.js'
export { type EventStore, eventStoreOf } from './event-store.js'
export type { FetchContext, FetchHandler } from './fetch-side.js'
export type { NodeMiddleware, NodeRequest } from './node-middleware.js'
export type { McpAuthOptions, NarrowTo } from './options.js'
export type { ProtectableServer } from './protect.js'
export type { StdioOptions } from './stdio.js'
export type { TokenVerifier } from './verifier.js'
