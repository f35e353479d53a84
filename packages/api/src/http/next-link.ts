/** Makes the `Link` header that leads to the next page (RFC 8288). The last page has none. */
export function nextLink(request: Request, cursor: string | null): Readonly<Record<string, string>> {
  if (cursor === null) return {}
  const url = new URL(request.url)
  url.searchParams.set('cursor', cursor)
  // Without the origin: behind a proxy, this process does not know it.
  return { Link: `<${url.pathname}${url.search}>; rel="next"` }
}
