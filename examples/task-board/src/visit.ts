import type { Secret } from '@keywright/core'

/** One request to the API. */
export interface Visit {
  /** `'GET /boards'` */
  readonly request: string
  readonly token?: Secret | string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** Sends the request over a real connection, and tells the answer: `'200'`, or `'503 auth_unavailable, Retry-After: 5'`. */
export async function send(
  origin: string,
  { request, token, headers, body }: Visit,
  fetch: typeof globalThis.fetch,
): Promise<string> {
  const [method = '', path = ''] = request.split(' ')
  const text = typeof token === 'object' ? token.reveal() : token
  const response = await fetch(origin + path, {
    method,
    headers: {
      ...(text === undefined ? {} : { Authorization: `Bearer ${text}` }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const answer = `${response.status} ${codeOf(await response.text())}`.trim()
  const told = ['Retry-After', 'RateLimit'].filter((name) => response.headers.has(name))
  return [answer, ...told.map((name) => `${name}: ${response.headers.get(name)}`)].join(', ')
}

function codeOf(text: string): string {
  try {
    const body: unknown = JSON.parse(text)
    return typeof body === 'object' && body !== null && 'code' in body ? String(body.code) : ''
  } catch {
    return ''
  }
}
