import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** Stands between clients and Redis, and fails as networks and servers do. */
export interface TcpProxy {
  readonly url: string
  /** Scripts that clients have sent. */
  readonly scripts: number
  /** Ends all connections; new ones are refused. */
  cut(): Promise<void>
  /** Ends all connections; new ones are accepted. */
  reset(): void
  /** Connections stay, and nothing gets through any more until it is healed. */
  blackhole(): void
  /** Answers each script itself, with this error. */
  answerScriptsWith(error: string): void
  heal(): Promise<void>
}

/** Opens a proxy to `url`, until the test has finished. `isUp: false`: cut from the beginning. */
export async function tcpProxy(url: string, { isUp = true } = {}): Promise<TcpProxy> {
  const target = new URL(url)
  const host = target.hostname
  const pairs = new Set<readonly [Socket, Socket]>()
  let error: string | null = null
  let isPaused = false
  let scripts = 0

  const server = createServer((near) => {
    const far = connect(Number(target.port || 6379), host)
    const pair = [near, far] as const
    pairs.add(pair)
    for (const socket of pair) {
      socket.on('error', () => {})
      socket.on('close', () => {
        pairs.delete(pair)
        for (const other of pair) other.destroy()
      })
      if (isPaused) socket.pause()
    }
    near.on('data', (data) => {
      const sent = data.toString('latin1').match(/\r\neval\r\n/gi)?.length ?? 0
      scripts += sent
      if (sent > 0 && error !== null) near.write(`-${error}\r\n`.repeat(sent))
      else far.write(data)
    })
    far.on('data', (data) => near.write(data))
  })
  const sockets = () => [...pairs].flat()
  const reset = () => {
    for (const socket of sockets()) socket.destroy()
  }
  const cut = async () => {
    const closed = server.listening ? once(server, 'close') : null
    server.close()
    reset()
    await closed
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  if (!isUp) await cut()
  onTestFinished(cut)
  const proxied = new URL(url)
  proxied.host = `127.0.0.1:${port}`
  return {
    url: proxied.href,
    get scripts() {
      return scripts
    },
    cut,
    reset,
    blackhole() {
      isPaused = true
      for (const socket of sockets()) socket.pause()
    },
    answerScriptsWith(text) {
      error = text
    },
    async heal() {
      error = null
      isPaused = false
      for (const socket of sockets()) socket.resume()
      if (!server.listening) await once(server.listen(port, '127.0.0.1'), 'listening')
    },
  }
}
