import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'

/** Serves on a free port of this machine, until `close` is called. */
export async function listen(listener: RequestListener): Promise<{ url: string; close(): void }> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address?.port}/mcp`,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
