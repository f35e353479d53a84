import { plainReply } from './rpc-reply.js'

/**
 * Answers what clients ask to find out about OAuth with a clean 404. Put it before a fallback that answers every path with a
 * page: clients take that for an offer, and never send their key.
 */
export function denyOAuthDiscovery(): (
  req: { readonly url?: string | undefined; readonly originalUrl?: string | undefined },
  res: { statusCode: number; setHeader(name: string, value: string): unknown; end(body: string): unknown },
  next: () => void,
) => void {
  return function denyOAuthDiscovery(req, res, next) {
    if (!isDiscovery(req.originalUrl ?? req.url ?? '/')) return next()
    res.statusCode = reply.status
    for (const [name, value] of Object.entries(reply.headers)) res.setHeader(name, value)
    res.end(reply.body)
  }
}

/** The same for fetch hosts: the response, or `undefined` for any other request. */
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
