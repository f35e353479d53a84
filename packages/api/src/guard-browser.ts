import { ApiProblem } from './problem.js'

/**
 * Refuses a request that a browser sent with the credentials of a page's visitor, but from a page of someone else (MGMT-6).
 * Reading is refused as well: an export leaves its mark in the audit log.
 *
 * @throws ApiProblem 403
 * @see {@link https://www.w3.org/TR/fetch-metadata/ | Fetch Metadata Request Headers}
 */
export function guardBrowser(request: Request, origins: ReadonlySet<string>): void {
  const origin = request.headers.get('origin')
  if (origin !== null && origins.has(origin)) return
  const site = request.headers.get('sec-fetch-site')
  const isForeignSite = site !== null && site !== 'same-origin' && site !== 'none'
  const isForeignOrigin = origin !== null && origin !== new URL(request.url).origin
  // Behind a proxy, the URL's own origin may differ from the page's; the browser's word for it decides, where there is one.
  if (site === null ? isForeignOrigin : isForeignSite) {
    throw new ApiProblem(403, 'cross_site', 'Requests with cookies are taken from the product’s own pages alone.')
  }
}
