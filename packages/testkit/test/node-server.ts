import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fieldLines } from '@keywright/core/adapter'
import type { GateServer } from '../src/index.js'
import type { FetchHandler } from './fetch-app.js'

/** Serves a Fetch handler on a free port of this machine: what runtimes with `Request` and `Response` do by themselves. */
export async function listen(handle: FetchHandler): Promise<GateServer> {
  const server = createServer(async (incoming, outgoing) => {
    const { method = 'GET', url = '/', rawHeaders, socket } = incoming
    const request = toRequest(method, url, rawHeaders)
    const { remoteAddress } = socket
    const response =
      request === null
        ? new Response(null, { status: 400 })
        : await handle(request, { remoteAddress, encrypted: false })
    outgoing.writeHead(response.status, [...response.headers].flat())
    outgoing.end(method === 'HEAD' ? undefined : await response.text())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on a port, not on a pipe
  return {
    port,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** `null` for what Fetch has no request for, such as TRACE. */
function toRequest(method: string, url: string, rawHeaders: readonly string[]): Request | null {
  try {
    const request = new Request(new URL(url, 'http://test'), { method })
    // Not handed over as `headers`: Deno copies them without the empty lines before a value.
    for (const [name, value] of fieldLines(rawHeaders)) request.headers.append(name, value)
    return request
  } catch {
    return null
  }
}
