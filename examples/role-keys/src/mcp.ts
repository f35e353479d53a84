import type { FetchHandler } from '@keywright/api'
import type { GateRequest, Keyring, ScopeOf } from '@keywright/core'
import { createMcpAuth, type Login, resourceMetadataResponse } from '@keywright/mcp'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { access } from './access.js'

const tools: readonly (readonly [name: string, scope: ScopeOf<typeof access>, answer: string])[] = [
  ['plans_list', 'plans.read', 'Spring: 1,200 units'],
  ['plans_change', 'plans.edit', 'Changed'],
  ['assortments_list', 'assortments.read', 'Jackets, boots'],
  ['assortments_change', 'assortments.edit', 'Changed'],
  ['allocations_list', 'allocations.read', 'Berlin: 80, Lyon: 40'],
  ['allocations_approve', 'allocations.approve', 'Approved'],
]

/** One endpoint for machines, which have keys, and for people, who sign in at the authorization server. */
export function serveMcp(
  keyring: Keyring<typeof access>,
  url: string,
  issuer: string,
  fallback: (request: GateRequest) => Promise<Login | null>,
): FetchHandler {
  const scopes = tools.map(([, scope]) => scope)
  const auth = createMcpAuth(keyring, {
    fallback,
    resourceMetadataUrl: new URL('/.well-known/oauth-protected-resource/mcp', url).href,
    initialScopes: scopes,
    // A person's call has no organization of its own. Here, everybody belongs to one.
    onCall: (call) => keyring.audit.recordCall({ ...call, organizationId: call.organizationId ?? 'acme' }),
  })
  const mcp = auth.fetch(
    createMcpHandler(() => {
      const server = auth.protect(new McpServer({ name: 'merchandise-plans', version: '1.0.0' }))
      for (const [name, scope, answer] of tools) {
        server.registerTool(
          name,
          { inputSchema: z.object({}) },
          auth.scoped({ scopes: [scope] }, () => ({ content: [{ type: 'text', text: answer }] })),
        )
      }
      return server
    }),
  )
  const metadata = { resource: url, authorizationServers: [issuer], scopesSupported: scopes }
  return (request, connection) => resourceMetadataResponse(request, metadata) ?? mcp(request, connection)
}
