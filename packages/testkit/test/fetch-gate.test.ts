import { testGate } from '../src/index.js'
import { fetchApp } from './fetch-app.js'
import { listen as listenOnNode } from './node-server.js'
import { ownServer } from './own-server.js'

testGate({ name: 'fetch guard on node:http', joinsLines: true, listen: (app) => listenOnNode(fetchApp(app)) })

if (ownServer !== undefined) {
  const { name, parser, listen } = ownServer
  testGate({
    name: `fetch guard on ${name}`,
    joinsLines: true,
    parser,
    listen: async (app) => {
      const handle = fetchApp(app)
      return listen((request, remoteAddress) => handle(request, { remoteAddress }))
    },
  })
}
