import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { testGate } from '@keywright/testkit'
import type { Request } from 'express'
import { principalOf, requireKey } from '../src/index.js'
import { versions } from './task-board.js'

// Once by the option, and once by the app's own setting: the answers must be the same.
for (const [name, express, isFrameworks] of versions.flatMap(([name, express]) => [
  [name, express, false] as const,
  [`${name}, by its trust proxy`, express, true] as const,
])) {
  testGate({
    name,
    listen: async ({ keyring, settings: given, routes }) => {
      const app = express()
      const { trustedProxies } = given
      if (isFrameworks && trustedProxies !== undefined) app.set('trust proxy', trustedProxies)
      const settings = isFrameworks ? { ...given, trustedProxies: 'framework' } : given
      for (const { path, guard, resource, answer } of routes) {
        const byRequest = resource && ((req: Request) => resource((param) => String(req.params[param])))
        const guards =
          guard === null
            ? []
            : [requireKey(keyring, { ...settings, ...guard, ...(byRequest ? { resource: byRequest } : {}) })]
        app.all(path, ...guards, (req, res) => {
          const { headers, body } = answer(principalOf(req))
          res.set(headers).type('text').send(body)
        })
      }
      const server = createServer(app).listen(0, '127.0.0.1')
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo // it listens on a port, not on a pipe
      return {
        port,
        close: () => {
          server.closeAllConnections()
          server.close()
        },
      }
    },
  })
}
