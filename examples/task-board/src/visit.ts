import type { Secret } from '@keywright/core'

/** One request to the API, and the answer that it must get: `'200'`, or `'401 api_key_missing'`. */
export interface Visit {
  readonly what: string
  readonly request: string
  readonly token?: Secret | string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly expected: string
}

/** How it went. */
export interface Outcome {
  readonly visit: Visit
  readonly status: number
  /** The refusal's stable code; empty where there is none. */
  readonly code: string
  readonly isExpected: boolean
}

/** Sends the request over a real connection, and compares the answer. */
export async function send(origin: string, visit: Visit): Promise<Outcome> {
  const [method = '', path = ''] = visit.request.split(' ')
  const { token, body } = visit
  const text = typeof token === 'object' ? token.reveal() : token
  const response = await fetch(origin + path, {
    method,
    headers: {
      ...(text === undefined ? {} : { Authorization: `Bearer ${text}` }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...visit.headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const code = codeOf(await response.text())
  const { status } = response
  return { visit, status, code, isExpected: `${status} ${code}`.trim() === visit.expected }
}

function codeOf(text: string): string {
  try {
    const body: unknown = JSON.parse(text)
    return typeof body === 'object' && body !== null && 'code' in body ? String(body.code) : ''
  } catch {
    return ''
  }
}
