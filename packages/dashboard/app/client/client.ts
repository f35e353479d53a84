import createClient, { type Client as FetchClient } from 'openapi-fetch'
import { ApiError } from './api-error.js'
import type { components, paths } from './schema.js'

export type Client = FetchClient<paths>
export type Schemas = components['schemas']
export type Key = Schemas['Key']
export type Catalog = Schemas['Catalog']
export type Stats = Schemas['Stats']
export type Grant = Schemas['ResourceGrant']
export type RateLimit = Schemas['RateLimit']

/** A client of the management API at this path. The browser sends the login of the product with each request. */
export function apiClient(api: string): Client {
  return createClient<paths>({
    baseUrl: api,
    credentials: 'same-origin',
    querySerializer: { array: { style: 'form', explode: false } },
  })
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
    throw cause instanceof DOMException && cause.name === 'AbortError' ? cause : new ApiError(null, null)
  })
  if (!response.ok) throw new ApiError(error, response)
  return data as NonNullable<T> // an answer of this status has the body that the document says
}
