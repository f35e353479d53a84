import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server on a free port of the loopback interface. */
export interface Listening {
  /** Host and port, as in the `Host` header. */
  readonly host: string
  /** The URL of its MCP endpoint. */
  readonly url: string
  close(): Promise<void>
}

/** Starts `server` on a free port. */
export async function listen(server: Server): Promise<Listening> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}` // it listens on a port, not on a pipe
  return {
    host,
    url: `http://${host}/mcp`,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
