import { keywright } from '@keywright/fastify'
import Fastify from 'fastify'
import { keyring } from './keyring.js'

const app = Fastify()
// Awaited, so that each route is checked when it is added.
await app.register(keywright(keyring))

app.get('/tasks', { config: { scopes: ['tasks.read'] } }, async (request) => {
  return { tasks: ['Write the release notes'], askedBy: request.principal.user }
})

app.post('/tasks', { config: { scopes: ['tasks.create'] } }, async (_request, reply) => {
  return reply.code(201).send({ added: true })
})

await app.listen({ port: Number(process.env.PORT ?? 3000) })

// The first start makes a key. Its token is shown this once; the database has only a hash of it.
const { keys } = await keyring.list({ organizationId: 'acme', limit: 1 })
if (keys.length === 0) {
  const { token } = await keyring.create({
    name: 'my first key',
    owner: { type: 'user', id: 'ada', organizationId: 'acme' },
    scopes: ['tasks.read'],
  })
  console.log(`Your key: ${token.reveal()}`)
}
