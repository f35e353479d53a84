import type { AddressInfo } from 'node:net'
import { testGate } from '@keywright/testkit'
import Fastify from 'fastify'
import { type GuardedRequest, keywright, principalOf } from '../src/index.js'

testGate({
  name: 'Fastify 5',
  listen: async ({ keyring, settings, routes }) => {
    const app = Fastify({ forceCloseConnections: true })
    await app.register(keywright(keyring, settings))
    for (const { path, guard, resource, answer } of routes) {
      const byRequest = resource && (({ params }: GuardedRequest) => resource((name) => params[name] ?? ''))
      const config = guard === null ? {} : { key: true, ...guard, resource: byRequest }
      app.all(path, { config }, async (request, reply) => {
        const { headers, body } = answer(principalOf(request))
        return reply.headers(headers).send(body)
      })
    }
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as AddressInfo // it listens on a port, not on a pipe
    return { port, close: () => app.close() }
  },
})
