import { type ReplyTarget, sendReply } from '@keywright/core/adapter'
import { plainReply } from '../rpc/rpc-reply.js'

/**
 * Middleware that answers OAuth discovery requests with a clean 404. Put it before a fallback that answers every path with a
 * page: clients would take that page for an OAuth server, and would never send their key.
 *
 * @example
 * ```ts
 * app.use(denyOAuthDiscovery())
 * app.get('/{*path}', (_, res) => res.sendFile(indexHtml))
 * ```
 */
export function denyOAuthDiscovery(): (
  req: { readonly url?: string | undefined; readonly originalUrl?: string | undefined },
  res: ReplyTarget,
  next: () => void,
) => void {
  return function denyOAuthDiscovery(req, res, next) {
    if (isDiscovery(req.originalUrl ?? req.url ?? '/')) sendReply(res, reply)
    else next()
  }
}

/**
 * The same for fetch hosts: the 404 response, or `undefined` for any other request.
 *
 * @example
 * ```ts
 * app.use(async (c, next) => oauthDiscoveryResponse(c.req.raw) ?? next())
 * ```
 */
export function oauthDiscoveryResponse(request: Request): Response | undefined {
  if (!isDiscovery(request.url)) return undefined
  return new Response(reply.body, { status: reply.status, headers: reply.headers })
}

const reply = plainReply(404, -32001, 'No OAuth here: send an API key as Authorization: Bearer <key>')

function isDiscovery(url: string): boolean {
  if (!URL.canParse(url, 'http://localhost')) return false // such as `//`
  const { pathname } = new URL(url, 'http://localhost')
  return (
    /^\/\.well-known\/(oauth-protected-resource|oauth-authorization-server|openid-configuration)(\/|$)/.test(
      pathname,
    ) ||
    /\/\.well-known\/openid-configuration$/.test(pathname) ||
    pathname === '/register'
  )
}
