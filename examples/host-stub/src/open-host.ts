import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server that has its address before it has anything to answer with. */
export interface Host {
  /** Such as `http://127.0.0.1:3000`. */
  readonly origin: string
  /** Says who answers. Requests that come before wait for nobody: call it at once. */
  serve(listener: RequestListener): void
  close(): void
}

/**
 * Listens on a port of this machine.
 *
 * @param port - `0` for any that is free.
 */
export async function openHost(port: number): Promise<Host> {
  const server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address() as AddressInfo // it listens on TCP
  return {
    origin: `http://127.0.0.1:${address.port}`,
    serve: (listener) => void server.on('request', listener),
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
