export type { AuthInfo } from './caller/auth-info.js'
export type { OnCall } from './caller/call-event.js'
export type { Login, Narrowing } from './caller/caller.js'
export type { AccessTarget, McpAccess } from './caller/mcp-access.js'
export { createMcpAuth } from './create-mcp-auth.js'
export { type DenyOAuthOptions, denyOAuthDiscovery, oauthDiscoveryResponse } from './edge/deny-oauth-discovery.js'
export { eventStoreOf } from './edge/event-store.js'
export type { FetchContext, FetchHandler } from './edge/fetch.js'
export type { NodeMiddleware } from './edge/node.js'
export type { NodeRequest } from './edge/node-request.js'
export type { McpAuthOptions, NarrowTo } from './edge/options.js'
export {
  type ResourceMetadataOptions,
  resourceMetadataResponse,
  serveResourceMetadata,
} from './edge/resource-metadata.js'
export type { StdioOptions } from './edge/stdio.js'
export type { TokenVerifier } from './edge/verifier.js'
export type { McpAuth, McpCaller } from './mcp-auth.js'
export type { ApprovalAnswer, ApprovalRequest, Approve } from './server/approval.js'
export type { McpDeclarations } from './server/declarations.js'
export type { EventStore } from './server/own-events.js'
export type { LowLevelServer, ProtectableServer } from './server/protect.js'
export { type AnyHandler, scoped } from './server/scoped.js'
