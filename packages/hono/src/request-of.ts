import type { FetchConnection, GateRequest } from '@keywright/core'
import { fetchRequest } from '@keywright/core/adapter'
import type { Context } from 'hono'
import type { ConnInfo } from 'hono/conninfo'

/** Returns facts about a request's connection: the result of the runtime's `getConnInfo` and, if known, `encrypted`. */
export type GetConnInfo = (c: Context) => ConnInfo & { readonly encrypted?: boolean | undefined }

/** The bindings of `@hono/node-server`, which contain the socket. */
interface NodeBindings {
  readonly incoming?: { readonly socket?: { readonly remoteAddress?: string; readonly encrypted?: boolean } }
}

/** Converts a request for a gate. Facts about the connection come from `connInfo` or, on Node, from the socket. */
export function requestOf(c: Context, connInfo: GetConnInfo | undefined): GateRequest {
  return fetchRequest(c.req.raw, { ...onNode(c), ...(connInfo === undefined ? {} : connectionOf(connInfo(c))) })
}

/** The socket is more reliable than the URL: a client can choose its scheme with an absolute request target. */
function onNode({ env }: Context): FetchConnection {
  const bindings: { readonly server?: NodeBindings } & NodeBindings = env ?? {}
  const socket = (bindings.server ?? bindings).incoming?.socket
  return socket === undefined ? {} : { remoteAddress: socket.remoteAddress, encrypted: socket.encrypted === true }
}

function connectionOf({ remote, encrypted }: ReturnType<GetConnInfo>): FetchConnection {
  return { remoteAddress: remote.address, ...(encrypted === undefined ? {} : { encrypted }) }
}
