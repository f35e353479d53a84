import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { nodeListener } from '@keywright/api'
import { onTestFinished } from 'vitest'

/** Serves a handler of Fetch on a free port until the test is over. @returns its origin. */
export async function serveHandler(handler: Parameters<typeof nodeListener>[0]): Promise<string> {
  const listen = nodeListener(handler)
  const server = createServer((request, response) => void listen(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}` // it listens on TCP
}
