import type { Access } from '../access/index.js'
import { type AddressOf, type FetchConnection, fetchRequest, type Platform, readPlatform } from '../adapter/index.js'
import { checkNames, type NamesOf } from '../check/index.js'
import { InvalidOptions } from '../errors/index.js'
import { clientIp, readTrustedProxies, type TrustedProxies } from '../http/index.js'
import { adapterOf, type Keyring } from '../keyring/index.js'
import { isolated } from '../values/index.js'
import { noStore, retrySoon } from './answers.js'
import { readBytes, textOf } from './read-bytes.js'

/** Options of {@link tokenRevocation}. */
export interface TokenRevocationOptions {
  /** As of every guard: the proxies whose `X-Forwarded-For` is believed. @defaultValue none */
  readonly trustedProxies?: TrustedProxies | undefined
  /** As of `fetchGate`: the platform that tells the client's address, or a function of the request. @defaultValue none */
  readonly platform?: Platform | AddressOf | undefined
  /** Told of what made a request fail with 503. @defaultValue nobody is told */
  readonly onError?: ((error: unknown) => unknown) | undefined
}

const optionNames: NamesOf<TokenRevocationOptions> = { trustedProxies: true, platform: true, onError: true }

/** Answers a request to revoke a token. Never rejects. */
export type TokenRevocation = (request: Request, connection?: FetchConnection) => Promise<Response>

/** A token, its hint and some room for parameters that are ignored. */
const mostBytes = 4_096

/**
 * Makes an endpoint at which whoever holds a token revokes its key, in the form of RFC 7009: a form with `token`, and 200 whether or not
 * there is such a key. The token is the only credential. Wrong tokens count as failed attempts of the client's network, where the
 * keyring has a `failureLimit`.
 *
 * @returns a Fetch handler. `nodeListener` of `@keywright/api` serves it on `node:http` and Express, and hands over the connection.
 * @throws {@link InvalidOptions} that names the option, if one is wrong.
 * @see {@link https://www.rfc-editor.org/rfc/rfc7009 | RFC 7009}
 *
 * @example
 * ```ts
 * const revocation = tokenRevocation(keyring, { platform: 'cloudflare' })
 * app.post('/api/keys/revoke', (c) => revocation(c.req.raw)) // curl -d token=tk_live_… https://…/api/keys/revoke
 * ```
 */
export function tokenRevocation<A extends Access>(
  keyring: Keyring<A>,
  options: TokenRevocationOptions = {},
): TokenRevocation {
  checkNames(options, optionNames)
  adapterOf(keyring)
  const { onError } = options
  if (onError !== undefined && typeof onError !== 'function') throw new InvalidOptions('onError', 'a function')
  const report = isolated(onError)
  const trusts = readTrustedProxies(options.trustedProxies)
  const addressOf = readPlatform(options.platform)
  const revokeToken = keyring.revokeToken
  return async (request, connection = {}) => {
    if (request.method !== 'POST') return answer(405, null, { Allow: 'POST' })
    try {
      const token = await tokenOf(request)
      if (token === null) return answer(400, 'invalid_request')
      const remoteAddress = connection.remoteAddress ?? addressOf(request) ?? undefined
      const ip = clientIp({ ...fetchRequest(request, connection), remoteAddress }, trusts)
      const userAgent = request.headers.get('user-agent')
      const context = { ...(ip === null ? {} : { ip }), ...(userAgent === null ? {} : { userAgent }) }
      const ended = await revokeToken(token, { ip, context })
      if (ended.outcome !== 'too_many_attempts') return answer(200, null)
      const seconds = Math.max(1, Math.ceil(ended.retryAfterMs / 1_000))
      return answer(429, 'too_many_attempts', { 'Retry-After': String(seconds) })
    } catch (error) {
      report(error)
      return answer(503, 'temporarily_unavailable', retrySoon)
    }
  }
}

/** The token of a form; `null`: the request has none, or more than one, or is no form. */
async function tokenOf(request: Request): Promise<string | null> {
  const type = request.headers.get('content-type') ?? ''
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(type)) return null
  const bytes = await readBytes(request, mostBytes)
  const text = bytes === null ? null : textOf(bytes)
  const tokens = text === null ? [] : new URLSearchParams(text).getAll('token')
  return tokens.length === 1 && tokens[0] !== '' ? (tokens[0] ?? null) : null
}

/** An answer in the form of RFC 6749 §5.2, which RFC 7009 takes over. */
function answer(status: number, error: string | null, headers: Readonly<Record<string, string>> = {}): Response {
  const all = { ...noStore, ...headers }
  return error === null
    ? new Response(null, { status, headers: all })
    : Response.json({ error }, { status, headers: all })
}
