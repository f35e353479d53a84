import type { Client as FetchClient } from 'openapi-fetch'
import { ApiError } from './api-error.js'
import type { components, paths } from './schema.js'

/** Has the methods of a client of openapi-fetch, whose types know the document. */
export type Client = Pick<FetchClient<paths>, 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'>
export type Schemas = components['schemas']
export type Key = Schemas['Key']
export type Catalog = Schemas['Catalog']
export type Grant = Schemas['ResourceGrant']
export type RateLimit = Schemas['RateLimit'] & Partial<Pick<Schemas['HeldRateLimit'], 'per'>>

type Texts = Readonly<Record<string, string>>

interface Sent {
  readonly params?: {
    readonly path?: Texts
    readonly query?: Readonly<Record<string, string | number | readonly string[] | undefined>>
    readonly header?: Texts
  }
  readonly body?: unknown
  readonly signal?: AbortSignal
  /** The answer is a file. */
  readonly parseAs?: 'blob'
}

/** A client of the management API at this path. The browser sends the login of the product with each request. */
export function apiClient(api: string): Client {
  const send =
    (method: string) =>
    async (path: string, { params = {}, body, signal, parseAs }: Sent = {}) => {
      const { path: parts = {}, query = {}, header = {} } = params
      const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, `${value}`]]))
      const rest = given.length === 0 ? '' : `?${new URLSearchParams(given)}`
      const address = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(parts[name] ?? ''))
      const response = await fetch(api + address + rest, {
        method,
        credentials: 'same-origin',
        headers: { ...(method === 'GET' ? {} : { 'Content-Type': 'application/json' }), ...header },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal === undefined ? {} : { signal }),
      })
      if (response.ok && parseAs === 'blob') return { data: await response.blob(), response }
      const data: unknown = await response.json().catch(() => undefined)
      if (!response.ok) return { error: data, response }
      // A page in place of an answer: a login that has ended sends every request to its form.
      if (data === undefined && response.status !== 204) {
        throw new ApiError(null, response.redirected ? new Response(null, { status: 401 }) : null)
      }
      return { data, response }
    }
  const [GET, POST, PUT] = [send('GET'), send('POST'), send('PUT')]
  const methods = { GET, POST, PUT, PATCH: send('PATCH'), DELETE: send('DELETE') }
  return methods as unknown as Client // the document says what each takes and answers
}

interface Answer<T> {
  readonly data?: T
  readonly error?: unknown
  readonly response: Response
}

/**
 * Returns the body of an answer.
 *
 * @throws {@link ApiError} if the API refuses the request, or nothing answers.
 */
export async function answerOf<T>(request: Promise<Answer<T>>): Promise<NonNullable<T>> {
  const { data, error, response } = await request.catch((cause: unknown) => {
    const isSaid = cause instanceof ApiError || (cause instanceof DOMException && cause.name === 'AbortError')
    throw isSaid ? cause : new ApiError(null, null)
  })
  if (!response.ok) throw new ApiError(error, response)
  return data as NonNullable<T> // an answer of this status has the body that the document says
}
