import type { Access, Principal } from '../access/index.js'
import { createGate, type GateOptions, type GatePrincipal, type GateRefusal } from '../http/index.js'
import type { Keyring } from '../keyring/index.js'
import { answerHeaders } from './answer-headers.js'
import { type FetchConnection, fetchRequest } from './fetch-request.js'
import { type AddressOf, type Platform, readPlatform } from './platform-address.js'

/** The rules of {@link fetchGate}. Its option `resource` receives the `Request`. */
export interface FetchGateOptions<A extends Access = Access, O extends boolean = false>
  extends GateOptions<A, Request, O> {
  /**
   * The platform that runs this handler, whose own header then tells the client's address: `'cloudflare'` (Workers) reads
   * `CF-Connecting-IP`, `'fly'` reads `Fly-Client-IP`, `'vercel'` reads `X-Vercel-Forwarded-For`. Each platform writes it over what
   * the client sends; a server that merely stands behind one can be reached past it, and needs `trustedProxies`. For any other
   * platform, a function: if it throws, the request is refused with 503. An address that is given with the request counts first.
   *
   * @defaultValue none: without an address with the request, the client's is unknown
   *
   * @example
   * ```ts
   * platform: (request) => addresses.get(request)
   * ```
   */
  readonly platform?: Platform | AddressOf | undefined
}

/** The decision about a Fetch request: a principal for the handler, or the response to return instead. */
export type FetchVerdict<P = Principal> =
  | {
      readonly ok: true
      readonly principal: P
      /** Headers for the handler's response. `finish` adds them. */
      readonly headers: Readonly<Record<string, string>>
      /** Returns the handler's response with `headers`. It adds names to `Vary`, and keeps other headers of the handler. */
      readonly finish: (response: Response) => Response
    }
  | { readonly ok: false; readonly refusal: GateRefusal; readonly response: Response }

/** Decides about one Fetch request. Never rejects. */
export type FetchGate<P = Principal> = (request: Request, connection?: FetchConnection) => Promise<FetchVerdict<P>>

/**
 * Creates a gate for servers that use Fetch `Request` and `Response`: Workers, Deno, Bun, Next.js route handlers.
 *
 * @throws {@link InvalidOptions} when an option is malformed.
 * @throws {@link ScopeUnknown} when a scope is not in the catalog.
 *
 * @example
 * ```ts
 * const gate = fetchGate(keyring, { scopes: ['tasks.read'] })
 * export async function GET(request: Request): Promise<Response> {
 *   const verdict = await gate(request)
 *   if (!verdict.ok) return verdict.response
 *   return verdict.finish(Response.json({ askedBy: verdict.principal.user }))
 * }
 * ```
 */
export function fetchGate<A extends Access, O extends boolean = false>(
  keyring: Keyring<A>,
  options: FetchGateOptions<A, O> = {},
): FetchGate<GatePrincipal<A, O>> {
  const { platform, ...rules } = options
  const addressOf = readPlatform(platform)
  const gate = createGate<A, Request, O>(keyring, rules)
  return async (request, connection = {}) => {
    // A getter, so that the gate answers an error of the host's function, as any other outage.
    const asked = {
      ...fetchRequest(request, connection),
      get remoteAddress() {
        return connection.remoteAddress ?? addressOf(request) ?? undefined
      },
    }
    const verdict = await gate(asked, request)
    if (!verdict.ok) {
      const { status, headers, body } = verdict.reply
      return { ok: false, refusal: verdict.refusal, response: new Response(body, { status, headers }) }
    }
    const { principal, headers } = verdict
    const finish = (response: Response): Response => {
      // A response to an upgrade cannot be copied, and needs no headers for caches.
      if (Object.keys(headers).length === 0 || response.status < 200) return response
      // The copy is needed because the headers of a response from `fetch` cannot be changed.
      const finished = new Response(response.body, response)
      answerHeaders(headers, {
        get: (name) => finished.headers.get(name),
        set: (name, value) => finished.headers.set(name, value),
      })
      return finished
    }
    return { ok: true, principal, headers, finish }
  }
}
