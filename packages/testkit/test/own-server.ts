import type { GateHarness, GateServer } from '../src/index.js'

/** As much of the globals of Deno and Bun as is used here. */
interface Runtime {
  readonly Deno?: {
    serve(options: object, handle: (request: Request, info: ServeInfo) => Answer): DenoServer
  }
  readonly Bun?: { serve(options: { fetch(request: Request, server: BunServer): Answer } & object): BunServer }
}
interface ServeInfo {
  readonly remoteAddr: { readonly hostname: string }
}
interface DenoServer {
  readonly addr: { readonly port: number }
  shutdown(): Promise<void>
}
interface BunServer {
  readonly port: number
  requestIP(request: Request): { readonly address: string } | null
  stop(closesConnections: boolean): unknown
}
type Answer = Response | Promise<Response>

/** A Fetch handler; `env` is what the runtime hands over beside the request. */
type Handler = (request: Request, remoteAddress: string | undefined, env: ServeInfo | BunServer) => Answer

/** A server that a runtime has beside `node:http`. */
export interface OwnServer extends Required<Pick<GateHarness, 'name' | 'parser'>> {
  listen(handle: Handler): GateServer
}

const { Deno, Bun } = globalThis as Runtime // declared for Node alone
const local = { port: 0, hostname: '127.0.0.1' }

/** The server of the runtime itself, `undefined` on Node. */
export const ownServer: OwnServer | undefined = onDeno() ?? onBun()

function onDeno(): OwnServer | undefined {
  return (
    Deno && {
      name: 'Deno.serve',
      parser: 'Deno.serve',
      listen: (handle) => {
        const options = { ...local, onListen: () => {} } // in place of a line in the log
        const server = Deno.serve(options, (request, info) => handle(request, info.remoteAddr.hostname, info))
        return { port: server.addr.port, close: () => server.shutdown() }
      },
    }
  )
}

function onBun(): OwnServer | undefined {
  return (
    Bun && {
      name: 'Bun.serve',
      parser: 'node',
      listen: (handle) => {
        const answer = (request: Request, self: BunServer) => handle(request, self.requestIP(request)?.address, self)
        const server = Bun.serve({ ...local, fetch: answer })
        return { port: server.port, close: () => server.stop(true) }
      },
    }
  )
}
