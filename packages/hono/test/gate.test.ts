import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { testGate } from '@keywright/testkit'
import { type Context, Hono } from 'hono'
import { requireKey } from '../src/index.js'

testGate({
  name: 'Hono on @hono/node-server',
  joinsLines: true,
  listen: async ({ keyring, settings, routes }) => {
    const app = new Hono()
    for (const { path, guard, resource, answer } of routes) {
      if (guard === null) {
        app.all(path, (c) => c.text(answer(null).body))
        continue
      }
      const byRequest = resource && ((c: Context) => resource((name) => c.req.param(name) ?? ''))
      app.all(path, requireKey(keyring, { ...settings, ...guard, resource: byRequest }), (c) => {
        const { headers, body } = answer(c.get('principal'))
        return c.text(body, 200, { ...headers })
      })
    }
    const server = createAdaptorServer({ fetch: app.fetch }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo // it listens on a port, not on a pipe
    return { port, close: () => server.close() }
  },
})
