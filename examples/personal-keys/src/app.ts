import type { Keyring } from '@keywright/core'
import { keywright } from '@keywright/fastify'
import Fastify, { type FastifyInstance } from 'fastify'
import { type access, areas } from './access.js'
import { serveMcp } from './mcp.js'
import type { Planner } from './planner.js'

/** The REST API and the MCP server of the planner. One key is the bearer token of both. */
export async function createApp(keyring: Keyring<typeof access>, planner: Planner): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(keywright(keyring))
  for (const area of areas) {
    app.get(`/api/${area}`, { config: { scopes: [`${area}.read`] } }, async () => planner.list(area))
    app.post<{ Body: { title: string } }>(
      `/api/${area}`,
      { config: { scopes: [`${area}.write`] }, schema: { body: titled } },
      async ({ principal, body }, reply) => reply.code(201).send(planner.add(area, body.title, principal)),
    )
  }
  app.all('/mcp', serveMcp(keyring, planner))
  return app
}

const titled = { type: 'object', required: ['title'], properties: { title: { type: 'string', maxLength: 200 } } }
