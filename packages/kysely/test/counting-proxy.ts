import type { Socket } from 'node:net'
import { type TcpProxy, tcpProxy } from '../../../test/support/tcp-proxy.js'

/** A proxy that counts the round trips to a server. */
export interface CountingProxy extends Pick<TcpProxy, 'url' | 'close'> {
  /** The round trips since the last call: how often a client spoke after the server, or first. */
  roundTrips(): number
}

/** Starts a counting proxy before the server at `url`. */
export async function countingProxy(url: string): Promise<CountingProxy> {
  const waiting = new WeakSet<Socket>()
  let turns = 0
  const { url: proxied, close } = await tcpProxy(url, {
    onClientData: (_chunk, client) => {
      if (!waiting.has(client)) turns += 1
      waiting.add(client)
      return true
    },
    onServerData: (_chunk, client) => {
      waiting.delete(client)
    },
  })
  return {
    url: proxied,
    close,
    roundTrips: () => {
      const counted = turns
      turns = 0
      return counted
    },
  }
}
