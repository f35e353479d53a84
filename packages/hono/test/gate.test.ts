import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { testGate } from '@keywright/testkit'
import { ownServer } from '../../testkit/test/own-server.js'
import { gateApp } from './gate-app.js'

if (ownServer === undefined) {
  testGate({
    name: 'Hono on @hono/node-server',
    joinsLines: true,
    listen: async (app) => {
      const server = createAdaptorServer({ fetch: gateApp(app).fetch }).listen(0, '127.0.0.1')
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo // it listens on a port, not on a pipe
      return { port, close: () => server.close() }
    },
  })
} else {
  const { name, parser, listen } = ownServer
  // Each of the two can be loaded in its own runtime alone.
  const { getConnInfo } = name === 'Deno.serve' ? await import('hono/deno') : await import('hono/bun')
  testGate({
    name: `Hono on ${name}`,
    joinsLines: true,
    parser,
    listen: async (app) => {
      const { fetch } = gateApp(app, getConnInfo)
      return listen((request, _, env) => fetch(request, env))
    },
  })
}
