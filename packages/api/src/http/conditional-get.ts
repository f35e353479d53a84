import { createHash } from 'node:crypto'

/**
 * Lets the client keep an answer to a read, and ask whether it is still right: with an `ETag`, and 304 where `If-None-Match` names it
 * (RFC 9110, 13.1.2). Each use asks: rights may have been taken away. What is no JSON, and each refusal, is kept by nobody.
 */
export async function conditional(request: Request, response: Response): Promise<Response> {
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  if (!isRead || response.status !== 200 || response.headers.get('content-type') !== 'application/json') return response
  const text = await response.text()
  const headers = new Headers(response.headers)
  const etag = headers.get('etag') ?? `"${digestOf(text)}"`
  headers.set('ETag', etag)
  headers.set('Cache-Control', 'private, no-cache')
  if (!isNamed(request.headers.get('if-none-match'), etag)) return new Response(text, { headers })
  headers.delete('content-type')
  return new Response(null, { status: 304, headers })
}

/** A digest for an `ETag`: 132 bits of SHA-256. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22)
}

/** The comparison is weak: a proxy that compresses answers makes their tags weak, and says the same by them. */
function isNamed(header: string | null, etag: string): boolean {
  if (header === null) return false
  const named: readonly string[] = header.match(/"[^"]*"/g) ?? []
  return header.trim() === '*' || named.includes(etag)
}
