import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import { connectForTest } from './clients.js'

/** A server before the local Redis that speaks the REST protocol of Upstash. */
export interface UpstashServer {
  readonly url: string
  readonly token: string
  /** How many requests it got. */
  readonly requests: number
  /** Answers each request with this status, and asks Redis nothing, until it is `null`. */
  fail(status: number | null): void
}

/**
 * Starts it until the test has finished. A request is a command as JSON array, or some of them for `/pipeline`; the answer has
 * `result` or `error`, with texts in Base64 if the client asks for that.
 *
 * @see {@link https://upstash.com/docs/redis/features/restapi | Upstash REST API}
 */
export async function upstashServer(): Promise<UpstashServer> {
  const { command, ready } = connectForTest('ioredis 6')
  await ready
  const token = crypto.randomUUID()
  let [requests, failure]: [number, number | null] = [0, null]
  const run = async (words: readonly unknown[], isEncoded: boolean): Promise<object> => {
    try {
      const [name = '', ...args] = words.map(String)
      const result = await command(name, ...args)
      return { result: isEncoded ? encoded(result) : result }
    } catch (error) {
      return { error: error instanceof Error ? error.message : 'ERR' }
    }
  }
  const answer = async (request: IncomingMessage): Promise<readonly [status: number, body: unknown]> => {
    requests += 1
    const body: unknown[] = JSON.parse(await text(request)) // the client sends an array
    if (failure !== null) return [failure, { error: 'out of order' }]
    if (request.headers.authorization !== `Bearer ${token}`) return [401, { error: 'Unauthorized' }]
    const isEncoded = request.headers['upstash-encoding'] === 'base64'
    if (request.url !== '/pipeline') return [200, await run(body, isEncoded)]
    return [200, await Promise.all(body.map((words) => run(words as unknown[], isEncoded)))] // an array of arrays
  }
  const server = createServer(async (request, response) => {
    const [status, body] = await answer(request)
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo // it listens on a port
  return {
    url: `http://127.0.0.1:${port}`,
    token,
    get requests() {
      return requests
    },
    fail: (status) => {
      failure = status
    },
  }
}

function encoded(result: unknown): unknown {
  if (Array.isArray(result)) return result.map(encoded)
  return typeof result === 'string' && result !== 'OK' ? Buffer.from(result).toString('base64') : result
}
