// Promise: a route's config takes what a gate does, and a handler behind it has a principal; without a key, perhaps none.
import { defineAccess, type Keyring, type Principal } from '@keywright/core'
import { keywright, principalOf } from '@keywright/fastify'
import Fastify from 'fastify'

const access = defineAccess({ scopes: { 'members.read': '' } })
declare const keyring: Keyring<typeof access>

const app = Fastify()
await app.register(keywright(keyring, { realm: 'tasks', everyRoute: true }))
app.get('/members', { config: { scopes: ['members.read'] } }, async (request) => {
  const principal: Principal = request.principal
  return principal.organizationId
})
app.get('/optional', { config: { optional: true } }, async (request) => {
  // @ts-expect-error nobody, perhaps
  principalOf(request).key
  return principalOf(request)?.organizationId ?? 'nobody'
})
app.get<{ Params: { board: string } }>(
  '/boards/:board',
  {
    config: { scopes: ['tasks.read'], resource: ({ params }) => ({ type: 'board', id: params.board ?? '' }) },
  },
  async (request) => request.params.board,
)
app.get(
  '/people',
  { config: { anyOf: ['members.read'], fallback: async (_request, reply, _next) => reply.code(401).send() } },
  async () => 1,
)

// @ts-expect-error one text, not a list
app.get('/bad', { config: { scopes: 'members.read' } }, async () => 1)
// @ts-expect-error an option of a route
keywright(keyring, { scopes: ['members.read'] })
// @ts-expect-error no keyring
keywright({})
