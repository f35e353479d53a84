import { rootCertificates } from 'node:tls'
import { InvalidOptions } from '@keywright/core'
import { checkNames, type NamesOf } from '@keywright/core/adapter'
import { errors, Pool } from 'undici'
import { AddressRefused, askNameServers, findAddress, type Resolve } from '../address/find-address.js'
import { parseEndpointUrl, readUrlRules, type UrlRules } from '../address/parse-endpoint-url.js'
import { type Message, signedHeaders } from '../signature/sign.js'
import { retryAfterMs } from './retry-after.js'

/** Why an attempt had no answer, or none that counts. */
export type DeliveryError =
  | 'url' // it may not be called
  | 'address' // its name has an address that is not public
  | 'dns'
  | 'connection' // refused, reset or closed
  | 'tls'
  | 'timeout'
  | 'protocol' // no HTTP, or too much of it
  | 'redirect' // which is never followed
  | 'status'

/** What became of one attempt. */
export interface DeliveryResult {
  /** `gone`: the receiver wants no more. `throttled`: it wants them later. */
  readonly outcome: 'delivered' | 'failed' | 'throttled' | 'gone'
  /** `null`: there was no answer. */
  readonly status: number | null
  /** `null` when it was delivered. */
  readonly error: DeliveryError | null
  /** How long the attempt took. */
  readonly latencyMs: number
  /** What the receiver asked to wait, at most a day; `null`: nothing. */
  readonly retryAfterMs: number | null
  /** The beginning of the answer, at most 1 024 characters, without what cannot be printed. */
  readonly text: string
}

/** Options of {@link deliverer}. */
export interface DelivererOptions extends UrlRules {
  /** How long an attempt may take, from its look-up to the end of the answer, in ms, from 100 to 60000. @defaultValue 15000 */
  readonly timeoutMs?: number | undefined
  /** @defaultValue asks the name servers of the system */
  readonly resolve?: Resolve | undefined
  /** Certificates of authorities beside those that Node knows, as PEM. @defaultValue none */
  readonly ca?: string | undefined
}

const optionNames: NamesOf<DelivererOptions> = {
  ports: true,
  allowLoopback: true,
  timeoutMs: true,
  resolve: true,
  ca: true,
}

/** One attempt. */
export interface Attempt {
  readonly url: string
  readonly message: Message
  /** The new one first. */
  readonly secrets: readonly string[]
  readonly at: Date
}

/** Sends webhooks. */
export interface Deliverer {
  /** Never rejects: what went wrong is in the result. */
  deliver(attempt: Attempt): Promise<DeliveryResult>
  /** Closes connections that were kept. */
  close(): Promise<void>
}

const maxRead = 4_096
const maxText = 1_024
const maxHeaderBytes = 16_384
const keptPools = 256

/**
 * Makes what sends webhooks: to public addresses alone, by `https`, over a connection to the very address that was checked. The name
 * is resolved anew for each attempt, redirects are not followed, and no proxy of the environment is used.
 *
 * It needs sockets of its own: a runtime without them, such as Workers, cannot say to which address a request goes.
 *
 * @throws {@link InvalidOptions} when an option is unknown or malformed.
 *
 * @example
 * ```ts
 * const sender = deliverer()
 * const message = { id: 'msg_1', body: JSON.stringify({ type: 'board.updated', timestamp: new Date(), data: { id: 'b1' } }) }
 * const result = await sender.deliver({ url, message, secrets: [secret], at: new Date() })
 * if (result.outcome !== 'delivered') console.log(result.error, nextAttemptMs(1, result.retryAfterMs))
 * ```
 */
export function deliverer(options: DelivererOptions = {}): Deliverer {
  requireSockets()
  checkNames(options, optionNames)
  const { timeoutMs = 15_000, resolve = askNameServers(), ca } = options
  const rules = readUrlRules(options)
  if (!Number.isInteger(timeoutMs) || timeoutMs < 100 || timeoutMs > 60_000)
    throw new InvalidOptions('timeoutMs', 'whole milliseconds from 100 to 60000')
  if (typeof resolve !== 'function') throw new InvalidOptions('resolve', 'a function of a name')
  const pools = pinnedPools({ ca, timeoutMs })

  const attempt = async ({ url: text, message, secrets, at }: Attempt, signal: AbortSignal): Promise<Answer> => {
    const parsed = parseEndpointUrl(text, rules)
    if (!parsed.ok) return { error: 'url' }
    const { url } = parsed
    const address = await inTime(findAddress(url, parsed.address, { ...rules, resolve }), signal)
    const headers = {
      ...signedHeaders(message, secrets, at),
      'content-type': 'application/json',
      'user-agent': 'Keywright-Webhooks/1',
    }
    const path = url.pathname + url.search
    const answer = await pools
      .to(url.origin, address)
      .request({ method: 'POST', path, headers, body: message.body, signal })
    return { status: answer.statusCode, headers: answer.headers, text: await readText(answer.body) }
  }

  return {
    deliver: async (what) => {
      const start = performance.now()
      const signal = AbortSignal.timeout(timeoutMs)
      const answer = await attempt(what, signal).catch((error: unknown): Answer => ({ error: errorOf(error, signal) }))
      return resultOf(answer, Math.round(performance.now() - start), what.at)
    },
    close: pools.close,
  }
}

/** A runtime that connects by itself does not let anybody say to which address. */
function requireSockets(): void {
  const { userAgent = '' } = (globalThis as { readonly navigator?: { readonly userAgent?: string } }).navigator ?? {}
  if (userAgent !== 'Cloudflare-Workers') return
  const message = 'Webhooks need sockets, so that a connection goes to an address that was checked: Workers have none.'
  throw new InvalidOptions(
    'delivery',
    'a runtime with sockets, such as Node',
    `${message} Send them from a process of Node.`,
  )
}

type Answer =
  | { readonly error: DeliveryError }
  | { readonly error?: never; readonly status: number; readonly headers: Headers; readonly text: string }
type Headers = Readonly<Record<string, string | string[] | undefined>>

function resultOf(answer: Answer, latencyMs: number, now: Date): DeliveryResult {
  if (answer.error !== undefined) {
    return { outcome: 'failed', status: null, error: answer.error, latencyMs, retryAfterMs: null, text: '' }
  }
  const { status, headers, text } = answer
  const told = { status, latencyMs, retryAfterMs: retryAfterMs(headers['retry-after'], now), text }
  if (status >= 200 && status < 300) return { ...told, outcome: 'delivered', error: null, retryAfterMs: null }
  if (status === 410) return { ...told, outcome: 'gone', error: 'status' }
  if (status === 429 || status === 502 || status === 504) return { ...told, outcome: 'throttled', error: 'status' }
  return { ...told, outcome: 'failed', error: status >= 300 && status < 400 ? 'redirect' : 'status' }
}

/** Reads what is kept of an answer, and not what a receiver would like to send. */
async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  // Leaving the loop destroys the body, and with it a connection that has more to say.
  for await (const chunk of body) {
    chunks.push(chunk)
    size += chunk.length
    if (size >= maxRead) break
  }
  const text = Buffer.concat(chunks).subarray(0, maxRead).toString('utf8')
  return text.replace(/[^\P{C}\n\t]/gu, '').slice(0, maxText)
}

/** Pools of connections, each to one checked address of an origin. TLS still asks for the name of the URL. */
function pinnedPools({ ca, timeoutMs }: { readonly ca: string | undefined; readonly timeoutMs: number }) {
  const pools = new Map<string, Pool>()
  const make = (origin: string, address: string): Pool => {
    const family = address.includes(':') ? 6 : 4
    return new Pool(origin, {
      // More than any caller has under way: endpoints of one host must not wait for one of them that hangs.
      connections: 1_000,
      pipelining: 1,
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      connect: {
        timeout: timeoutMs,
        // Given alone, it would take the place of all others.
        ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }),
        // No second resolution, which could give another address than the one that was checked.
        lookup: (_name, { all }, callback) => {
          if (all) callback(null, [{ address, family }])
          else callback(null, address, family)
        },
      },
    })
  }
  return {
    to(origin: string, address: string): Pool {
      const name = `${origin} ${address}`
      const pool = pools.get(name) ?? make(origin, address)
      // The latest is the last. The first one is let go where there are many.
      pools.delete(name)
      pools.set(name, pool)
      const [oldest] = pools
      if (pools.size > keptPools && oldest !== undefined) {
        pools.delete(oldest[0])
        void oldest[1].close()
      }
      return pool
    },
    close: async (): Promise<void> => {
      const all = [...pools.values()]
      pools.clear()
      await Promise.all(all.map((pool) => pool.destroy()))
    },
  }
}

/** A look-up cannot be stopped, but no longer waited for. */
function inTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    work.then(resolve, reject)
  })
}

function errorOf(error: unknown, signal: AbortSignal): DeliveryError {
  if (error instanceof AddressRefused) return 'address'
  if (signal.aborted || isTimeout(error)) return 'timeout'
  if (error instanceof errors.HTTPParserError || error instanceof errors.HeadersOverflowError) return 'protocol'
  const { code = '', syscall = '' } = Object(error) as { readonly code?: string; readonly syscall?: string }
  if (/^(getaddrinfo|query)/.test(syscall) || /^E?(AI_|NOTFOUND|NODATA|SERVFAIL)/.test(code)) return 'dns'
  if (/^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED|EPROTO)/.test(code)) return 'tls'
  return 'connection'
}

function isTimeout(error: unknown): boolean {
  return (
    error instanceof errors.ConnectTimeoutError ||
    error instanceof errors.HeadersTimeoutError ||
    error instanceof errors.BodyTimeoutError
  )
}
