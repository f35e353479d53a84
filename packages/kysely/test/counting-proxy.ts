import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A way to a server on which its round trips are counted. */
export interface CountingProxy {
  /** The server's address with the proxy's in its place. */
  readonly url: string
  /** How often a client spoke since this was last asked: each time, it waits for the server. */
  roundTrips(): number
  close(): void
}

/** Stands between a client and the server at `url`. */
export async function countingProxy(url: string): Promise<CountingProxy> {
  const target = new URL(url)
  const sockets = new Set<Socket>()
  let turns = 0
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    let speaks: Socket | null = null
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from)
      from.on('data', (data) => {
        if (from === client && speaks !== client) turns += 1
        speaks = from
        to.write(data)
      })
      from.on('close', () => to.destroy())
      from.on('error', () => to.destroy())
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const here = new URL(url)
  here.port = String((server.address() as AddressInfo).port) // a TCP server's address
  return {
    url: here.href,
    roundTrips: () => {
      const counted = turns
      turns = 0
      return counted
    },
    close: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
