import { ApiProblem } from './problem.js'

/**
 * Refuses a request that a browser sent with cookies from a page of another site. Reads are refused too: an export is
 * recorded in the audit log.
 *
 * @throws {@link ApiProblem} with status 403.
 * @see {@link https://www.w3.org/TR/fetch-metadata/ | Fetch Metadata Request Headers}
 */
export function requireTrustedOrigin(request: Request, trustedOrigins: ReadonlySet<string>): void {
  const origin = request.headers.get('origin')
  if (origin !== null && trustedOrigins.has(origin)) return
  const site = request.headers.get('sec-fetch-site')
  const isForeignOrigin = origin !== null && origin !== new URL(request.url).origin
  // Behind a proxy, the origin of the URL may differ from the origin of the page. Sec-Fetch-Site is right there too, so it
  // decides if the browser sent it. `none` says that no page sent the request, so an origin beside it was made up.
  const isForeign = site === null || site === 'none' ? isForeignOrigin : site !== 'same-origin'
  if (isForeign) {
    throw new ApiProblem(
      403,
      'cross_site',
      'This request came from a page of another site. Send it from a page of the product, or from a trusted origin.',
    )
  }
}
