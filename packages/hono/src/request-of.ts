import { type FetchConnection, fetchRequest, type GateRequest } from '@keywright/core/http'
import type { Context } from 'hono'
import type { ConnInfo } from 'hono/conninfo'

/** Tells of a request's connection: `getConnInfo` of the runtime's adapter, and more where the host knows it. */
export type TellConnection = (c: Context) => ConnInfo & { readonly encrypted?: boolean | undefined }

/** What `@hono/node-server` says of the connection, on Node. */
interface NodeBindings {
  readonly incoming?: { readonly socket?: { readonly remoteAddress?: string; readonly encrypted?: boolean } }
}

/** The request as a gate sees it: the same on every runtime, but for who knows about the connection. */
export function requestOf(c: Context, connInfo: TellConnection | undefined): GateRequest {
  return fetchRequest(c.req.raw, { ...onNode(c), ...(connInfo === undefined ? {} : told(connInfo(c))) })
}

/** A socket knows better than the URL, whose scheme a client can write into an absolute request target. */
function onNode({ env }: Context): FetchConnection {
  const bindings: { readonly server?: NodeBindings } & NodeBindings = env ?? {}
  const socket = (bindings.server ?? bindings).incoming?.socket
  return socket === undefined ? {} : { remoteAddress: socket.remoteAddress, encrypted: socket.encrypted === true }
}

function told({ remote, encrypted }: ReturnType<TellConnection>): FetchConnection {
  return { remoteAddress: remote.address, ...(encrypted === undefined ? {} : { encrypted }) }
}
