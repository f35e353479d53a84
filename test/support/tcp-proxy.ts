import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A TCP proxy in this process that fails as networks and servers do. */
export interface TcpProxy {
  /** The server's URL with the proxy's address in it. */
  readonly url: string
  /** The number of open connections to clients. */
  readonly open: number
  /** The number of chunks that clients have sent: one for each statement, and some for each connection. */
  readonly questions: number
  /** Removes all faults. Connections that have lost data stay as they are. */
  heal(): void
  /** Delays everything, in both directions, by `ms` and a random part of `jitterMs`. */
  slow(ms: number, jitterMs?: number): void
  /** Resets all connections, and takes new ones as before. */
  cut(): void
  /** Resets all connections, and refuses new ones. */
  refuse(): Promise<void>
  /** Drops everything that is sent, on open connections and on new ones. Neither side is told. */
  blackhole(): void
  /** Holds everything back, on open connections and on new ones, until the proxy is healed. */
  freeze(): void
  /** Loses the server's side of all connections. Clients are not told. */
  halfOpen(): void
  /** Resets each connection once the server has sent so many more bytes. */
  resetAfter(bytes: number): void
  /** Resets the connection on which a client sends `text`: before the server gets it, or once the server has answered. */
  cutAt(text: string, when: 'before' | 'after'): void
  /** Resets all connections, and passes new ones on to another server. */
  turnTo(url: string): void
  close(): Promise<void>
}

/** What a test may do with the data that passes. `client` identifies the connection. */
export interface TcpProxyHooks {
  /** Sees each chunk that a client sends. Return `false` to keep the chunk from the server. */
  onClientData?(chunk: Buffer, client: Socket): boolean
  /** Sees each chunk that the server sends. */
  onServerData?(chunk: Buffer, client: Socket): void
}

const standardPorts: Readonly<Record<string, number>> = {
  'postgres:': 5432,
  'postgresql:': 5432,
  'mysql:': 3306,
  'redis:': 6379,
}

/** Starts a proxy before the server at `url`. */
export async function tcpProxy(url: string, hooks: TcpProxyHooks = {}): Promise<TcpProxy> {
  let target = new URL(url)
  const pairs = new Set<{ readonly client: Socket; readonly server: Socket }>()
  let delay = { ms: 0, jitterMs: 0 }
  let isSilent = false
  let isFrozen = false
  let questions = 0
  let bytesLeft = Number.POSITIVE_INFINITY
  let trap: { readonly text: string; readonly when: 'before' | 'after' } | null = null

  const listener = createServer((client) => {
    const server = connect(Number(target.port || standardPorts[target.protocol]), target.hostname)
    const pair = { client, server }
    pairs.add(pair)
    if (isFrozen) for (const socket of [client, server]) socket.pause()
    let isDoomed = false
    const reset = (): void => {
      client.resetAndDestroy()
      server.destroy()
    }
    const pass = (from: Socket, to: Socket, look: (chunk: Buffer) => boolean): void => {
      // Chunks keep their order, however long each is delayed.
      let before: Promise<void> = Promise.resolve()
      from.on('data', (chunk: Buffer) => {
        const wait = delay.ms + Math.random() * delay.jitterMs
        const arrival = wait === 0 ? null : new Promise((resolve) => setTimeout(resolve, wait))
        before = before.then(async () => {
          await arrival
          if (!isSilent && look(chunk) && !to.destroyed) to.write(chunk)
        })
      })
      from.on('close', () => {
        if (!isSilent) to.destroy()
        if (client.destroyed && server.destroyed) pairs.delete(pair)
      })
      from.on('error', () => {
        if (!isSilent) to.resetAndDestroy()
      })
    }
    pass(client, server, (chunk) => {
      questions += 1
      if (hooks.onClientData?.(chunk, client) === false) return false
      if (trap === null || !chunk.includes(trap.text)) return true
      const { when } = trap
      trap = null
      if (when === 'before') reset()
      else isDoomed = true
      return when === 'after'
    })
    pass(server, client, (chunk) => {
      hooks.onServerData?.(chunk, client)
      bytesLeft -= chunk.length
      if (!isDoomed && bytesLeft >= 0) return true
      reset()
      return false
    })
  })
  const port = await listenOn(0)

  async function listenOn(at: number): Promise<number> {
    listener.listen(at, '127.0.0.1')
    await once(listener, 'listening')
    return (listener.address() as AddressInfo).port // it listens on TCP
  }
  const each = (act: (pair: { client: Socket; server: Socket }) => void): void => {
    for (const pair of [...pairs]) act(pair)
  }
  const cut = (): void =>
    each(({ client, server }) => {
      client.resetAndDestroy()
      server.destroy()
    })

  const proxied = new URL(url)
  proxied.host = `127.0.0.1:${port}`
  return {
    url: proxied.href,
    get open() {
      return [...pairs].filter(({ client }) => !client.destroyed).length
    },
    get questions() {
      return questions
    },
    heal() {
      delay = { ms: 0, jitterMs: 0 }
      isSilent = false
      bytesLeft = Number.POSITIVE_INFINITY
      trap = null
      each(({ client, server }) => {
        if (client.destroyed) server.destroy()
        if (isFrozen) for (const socket of [client, server]) socket.resume()
      })
      isFrozen = false
      if (!listener.listening) void listenOn(port)
    },
    slow(ms, jitterMs = 0) {
      delay = { ms, jitterMs }
    },
    cut,
    async refuse() {
      if (!listener.listening) return
      const closed = once(listener, 'close')
      listener.close()
      cut()
      await closed
    },
    blackhole() {
      isSilent = true
    },
    freeze() {
      isFrozen = true
      each(({ client, server }) => {
        for (const socket of [client, server]) socket.pause()
      })
    },
    halfOpen() {
      each(({ client, server }) => {
        client.removeAllListeners('data').resume()
        server.removeAllListeners().destroy()
      })
    },
    resetAfter(bytes) {
      bytesLeft = bytes
    },
    cutAt(text, when) {
      trap = { text, when }
    },
    turnTo(other) {
      target = new URL(other)
      cut()
    },
    async close() {
      cut()
      if (!listener.listening) return
      listener.close()
      await once(listener, 'close')
    },
  }
}
