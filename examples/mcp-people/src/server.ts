import type { HttpBindings } from '@hono/node-server'
import type { Keyring } from '@keywright/core'
import { access, keepRefused, tools } from '@keywright/example-mcp-projects'
import { createMcpAuth, resourceMetadataResponse, scoped } from '@keywright/mcp'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { Hono } from 'hono'
import { readPerson } from './person.js'

/**
 * One MCP endpoint for people, who sign in at an authorization server, and for machines, which have keys.
 *
 * @param resource - The URL of the endpoint. Access tokens are for it.
 * @param issuer - The authorization server.
 */
export function createApp(
  keyring: Keyring<typeof access>,
  resource: string,
  issuer: string,
): Hono<{ Bindings: HttpBindings }> {
  const scopes = [...access.scopes.keys()]
  const metadata = { resource, authorizationServers: [issuer], scopesSupported: scopes }
  const keep = keepRefused(keyring)
  const auth = createMcpAuth(keyring, {
    fallback: readPerson(issuer, resource),
    resourceMetadataUrl: new URL('/.well-known/oauth-protected-resource/mcp', resource).href,
    initialScopes: scopes,
    // A person's call has no organization of its own. Here, everybody belongs to one.
    onCall: (call) => keep({ ...call, organizationId: call.organizationId ?? 'acme' }),
  })

  /** Who calls. A person has what `readPerson` returned. */
  function nameOf(ctx: unknown): string {
    const caller = auth.caller(ctx)
    if (caller?.type === 'login') return `${caller.login.id} with ${caller.login.client}`
    return caller?.principal.owner.id ?? 'nobody'
  }

  function createServer(): McpServer {
    const server = auth.protect(new McpServer({ name: 'projects', version: '1.0.0' }))
    for (const { name, description, inputSchema, access, run } of tools) {
      server.registerTool(
        name,
        { description, inputSchema },
        scoped(access, (input, ctx) => ({ content: [{ type: 'text', text: run(input, nameOf(ctx)) }] })),
      )
    }
    return server
  }

  const mcp = auth.fetch(createMcpHandler(createServer))
  const app = new Hono<{ Bindings: HttpBindings }>()
  app.use(async (c, next) => resourceMetadataResponse(c.req.raw, metadata) ?? next())
  app.all('/mcp', (c) => {
    const { socket } = c.env.incoming
    const encrypted = 'encrypted' in socket && socket.encrypted === true
    return mcp(c.req.raw, { remoteAddress: socket.remoteAddress, encrypted })
  })
  return app
}
