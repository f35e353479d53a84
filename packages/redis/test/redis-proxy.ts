import { onTestFinished } from 'vitest'
import { type TcpProxy, tcpProxy } from '../../../test/support/tcp-proxy.js'
import { redisUrl } from './redis-server.js'

/** A proxy before Redis that knows scripts. */
export interface RedisProxy extends Pick<TcpProxy, 'url' | 'cut' | 'refuse' | 'freeze' | 'heal'> {
  /** The number of scripts that clients have sent. */
  readonly scripts: number
  /** Answers each script with this error, and keeps it from Redis, until the proxy is healed. */
  answerScriptsWith(error: string): void
}

/** Starts a proxy before Redis, until the test has finished. `isUp: false`: it refuses connections until it is healed. */
export async function redisProxy({ isUp = true } = {}): Promise<RedisProxy> {
  let error: string | null = null
  let scripts = 0
  const proxy = await tcpProxy(redisUrl, {
    onClientData: (chunk, client) => {
      const sent = chunk.toString('latin1').match(/\r\neval\r\n/gi)?.length ?? 0
      scripts += sent
      if (sent === 0 || error === null) return true
      client.write(`-${error}\r\n`.repeat(sent))
      return false
    },
  })
  onTestFinished(proxy.close)
  if (!isUp) await proxy.refuse()
  return {
    url: proxy.url,
    cut: proxy.cut,
    refuse: proxy.refuse,
    freeze: proxy.freeze,
    get scripts() {
      return scripts
    },
    answerScriptsWith(text) {
      error = text
    },
    heal() {
      error = null
      proxy.heal()
    },
  }
}
