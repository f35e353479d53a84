import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A TCP proxy in this process, that does to its connections what networks do. */
export interface TcpProxy {
  /** The server's URL, by way of the proxy. */
  readonly url: string
  /** Connections to clients that are open now. */
  readonly open: number
  /** Chunks that clients have sent so far: one for each statement, and some for each connection. */
  readonly questions: number
  /** Takes all faults away. Connections that have met one stay as they are. */
  heal(): void
  /** Delays everything, in both directions, by `ms` and a random part of `jitterMs`. */
  slow(ms: number, jitterMs?: number): void
  /** Resets all connections, and takes new ones as before. */
  cut(): void
  /** Resets all connections, and refuses new ones. */
  refuse(): Promise<void>
  /** Passes nothing on, on connections that are open and on new ones; nobody is told. */
  blackhole(): void
  /** Loses the server's side of all connections; clients are not told. */
  halfOpen(): void
  /** Resets each connection when the server has sent so many bytes more. */
  resetAfter(bytes: number): void
  /** Resets the connection on which a client sends `text`: before the server gets it, or when it has answered. */
  cutAt(text: string, when: 'before' | 'after'): void
  close(): Promise<void>
}

/** Starts a proxy before the server behind `url`. */
export async function tcpProxy(url: string): Promise<TcpProxy> {
  const target = new URL(url)
  const pairs = new Set<{ readonly client: Socket; readonly server: Socket }>()
  let delay = { ms: 0, jitterMs: 0 }
  let isSilent = false
  let questions = 0
  let bytesLeft = Number.POSITIVE_INFINITY
  let trap: { readonly text: string; readonly when: 'before' | 'after' } | null = null

  const listener = createServer((client) => {
    const server = connect(Number(target.port), target.hostname)
    const pair = { client, server }
    pairs.add(pair)
    let isDoomed = false
    const reset = (): void => {
      client.resetAndDestroy()
      server.destroy()
    }
    const pass = (from: Socket, to: Socket, look: (chunk: Buffer) => boolean): void => {
      // One after the other, however long each is delayed.
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
      if (trap === null || !chunk.includes(trap.text)) return true
      const { when } = trap
      trap = null
      if (when === 'before') reset()
      else isDoomed = true
      return when === 'after'
    })
    pass(server, client, (chunk) => {
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

  return {
    url: url.replace(target.host, `127.0.0.1:${port}`),
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
      })
      if (!listener.listening) void listenOn(port)
    },
    slow(ms, jitterMs = 0) {
      delay = { ms, jitterMs }
    },
    cut,
    async refuse() {
      const closed = once(listener, 'close')
      listener.close()
      cut()
      await closed
    },
    blackhole() {
      isSilent = true
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
    async close() {
      cut()
      if (!listener.listening) return
      listener.close()
      await once(listener, 'close')
    },
  }
}
