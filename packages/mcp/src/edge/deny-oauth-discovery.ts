import { checkNames, type NamesOf, type ReplyTarget, sendReply } from '@keywright/core/adapter'
import type { Reply } from '@keywright/core/http'
import { checkDocsUrl } from './check-docs-url.js'

/** Options of {@link denyOAuthDiscovery}. */
export interface DenyOAuthOptions {
  /**
   * The page where a person gets a key. The answer names it.
   *
   * @defaultValue none
   *
   * @example
   * ```ts
   * docsUrl: 'https://example.com/settings/keys'
   * ```
   */
  readonly docsUrl?: string | undefined
}

const optionNames: NamesOf<DenyOAuthOptions> = { docsUrl: true }

/** The part of a request that tells a discovery. */
interface DiscoveryRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly originalUrl?: string | undefined
  readonly headers?: { readonly 'content-type'?: string | undefined } | undefined
}

/**
 * Middleware that answers OAuth discovery, and the registration of OAuth clients, with a clean 404 that says how to send a key.
 * Put it before a fallback that answers every path with a page: clients would take that page for an OAuth server, and would never
 * send their key. A page at `/register`, and its form, are passed on: clients register with JSON.
 *
 * @throws {@link InvalidOptions} when an option is wrong or unknown.
 *
 * @example
 * ```ts
 * app.use(denyOAuthDiscovery({ docsUrl: 'https://example.com/settings/keys' }))
 * app.get('/{*path}', (_, res) => res.sendFile(indexHtml))
 * ```
 */
export function denyOAuthDiscovery(
  options: DenyOAuthOptions = {},
): (req: DiscoveryRequest, res: ReplyTarget, next: () => void) => void {
  const reply = replyFor(options)
  return function denyOAuthDiscovery(req, res, next) {
    const { method = 'GET', headers } = req
    if (isOAuth(method, req.originalUrl ?? req.url ?? '/', headers?.['content-type'])) sendReply(res, reply)
    else next()
  }
}

/**
 * The same for fetch hosts: the 404 response, or `undefined` for any other request.
 *
 * @throws {@link InvalidOptions} when an option is wrong or unknown.
 *
 * @example
 * ```ts
 * app.use(async (c, next) => oauthDiscoveryResponse(c.req.raw) ?? next())
 * ```
 */
export function oauthDiscoveryResponse(request: Request, options: DenyOAuthOptions = {}): Response | undefined {
  const { status, headers, body } = replyFor(options)
  if (!isOAuth(request.method, request.url, request.headers.get('content-type'))) return undefined
  return new Response(body, { status, headers })
}

/** An error as RFC 6749 has it, so that clients show its text. */
function replyFor(options: DenyOAuthOptions): Reply {
  checkNames(options, optionNames)
  const { docsUrl } = options
  checkDocsUrl(docsUrl)
  const hint = docsUrl === undefined ? '' : ` How to get a key: ${docsUrl}`
  const body = {
    error: 'invalid_request',
    error_description: `No OAuth here. Send an API key as Authorization: Bearer <key>.${hint}`,
    ...(docsUrl === undefined ? {} : { error_uri: docsUrl }),
  }
  const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }
  return { status: 404, headers, body: JSON.stringify(body) }
}

function isOAuth(method: string, url: string, contentType: string | null | undefined): boolean {
  if (!URL.canParse(url, 'http://localhost')) return false // such as `//`
  const { pathname } = new URL(url, 'http://localhost')
  if (pathname === '/register') return method === 'POST' && /^application\/json\s*(;|$)/i.test(contentType ?? '')
  return (
    /^\/\.well-known\/(oauth-protected-resource|oauth-authorization-server|openid-configuration)(\/|$)/.test(
      pathname,
    ) || /\/\.well-known\/openid-configuration$/.test(pathname)
  )
}
