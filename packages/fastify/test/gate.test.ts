import type { AddressInfo } from 'node:net'
import type { TrustedProxies } from '@keywright/core'
import { testGate } from '@keywright/testkit'
import Fastify, { type FastifyServerOptions } from 'fastify'
import { type GuardedRequest, keywright, principalOf } from '../src/index.js'

// Once by the option, and once by Fastify's own: the answers must be the same.
for (const isFastifys of [false, true]) {
  testGate({
    name: isFastifys ? 'Fastify 5, by its trustProxy' : 'Fastify 5',
    listen: async ({ keyring, settings, routes }) => {
      const { trustedProxies } = settings
      const app = Fastify({
        forceCloseConnections: true,
        ...(isFastifys ? { trustProxy: trustOption(trustedProxies) } : {}),
      })
      await app.register(keywright(keyring, isFastifys ? { ...settings, trustedProxies: 'framework' } : settings))
      for (const { path, guard, resource, answer } of routes) {
        const byRequest = resource && (({ params }: GuardedRequest) => resource((name) => params[name] ?? ''))
        const config = guard === null ? {} : { key: true, ...guard, ...(byRequest ? { resource: byRequest } : {}) }
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
}

/** The same proxies for Fastify, which takes a number for nobody: whoever counts must be sure of the first hop. */
function trustOption(proxies: TrustedProxies | undefined): Exclude<FastifyServerOptions['trustProxy'], undefined> {
  if (typeof proxies === 'number') return (_: string, hop: number) => hop < proxies
  return proxies === undefined ? false : typeof proxies === 'string' ? proxies : [...proxies]
}
