import { createMcpAuth } from '@keywright/mcp'
import { createMcpHandler } from 'mcp-handler'
import { keyringOfApp } from '../../keyring'

async function openEndpoint() {
  // As in require-key.ts: the one proxy that ends TLS.
  const auth = createMcpAuth(await keyringOfApp(), { trustedProxies: 1 })
  const serve = createMcpHandler((made) => {
    const server = auth.protect(made)
    server.registerTool(
      'tasks_list',
      { description: 'Lists the tasks' },
      auth.scoped({ scopes: ['tasks.read'] }, (ctx) => ({
        content: [{ type: 'text', text: `Write the release notes, asked by ${auth.principal(ctx).owner.id}` }],
      })),
    )
    server.registerTool(
      'tasks_add',
      { description: 'Adds a task' },
      auth.scoped({ scopes: ['tasks.create'] }, () => ({ content: [{ type: 'text', text: 'Added' }] })),
    )
  })
  // In place of withMcpAuth: mcp-handler takes the caller from `request.auth`.
  return auth.fetch({ fetch: (request, { authInfo }) => serve(Object.assign(request, { auth: authInfo })) })
}

let endpoint: ReturnType<typeof openEndpoint> | undefined

async function handle(request: Request): Promise<Response> {
  endpoint ??= openEndpoint().catch((error: unknown) => {
    endpoint = undefined // the next request tries again
    throw error
  })
  return (await endpoint)(request)
}

export { handle as DELETE, handle as GET, handle as POST }
