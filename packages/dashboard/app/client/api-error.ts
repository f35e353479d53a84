/** One thing that is wrong with a request. */
export interface FieldFault {
  readonly pointer?: string
  readonly parameter?: string
  readonly detail: string
}

interface Problem {
  readonly code: string
  readonly detail: string
  readonly errors: readonly FieldFault[]
  readonly requestId: string | null
  /** The key that it is about. */
  readonly keyId: string | null
}

/** The API refused a request, or did not answer: then there is no problem. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number | null
  readonly problem: Problem | null
  /** How long to wait before the request may be sent again, if the API said so. */
  readonly retryAfterMs: number | null

  constructor(body: unknown, response: Response | null) {
    const problem = problemOf(body)
    super(problem?.detail ?? 'No answer')
    this.status = response?.status ?? null
    this.problem = problem
    const seconds = Number(response?.headers.get('retry-after') ?? Number.NaN)
    this.retryAfterMs = Number.isFinite(seconds) ? seconds * 1_000 : null
  }

  /** Whether the same request may succeed later. */
  get isPassing(): boolean {
    return this.status === null || this.status === 429 || this.status >= 500
  }

  /** What is wrong with the field at this place of the body, or below it. */
  faultAt(pointer: string): string | null {
    const fault = this.problem?.errors.find(({ pointer: at = '' }) => at === pointer || at.startsWith(`${pointer}/`))
    return fault?.detail ?? null
  }
}

function problemOf(body: unknown): Problem | null {
  if (typeof body !== 'object' || body === null || !('detail' in body) || typeof body.detail !== 'string') return null
  const { detail } = body
  const code = 'code' in body && typeof body.code === 'string' ? body.code : ''
  const errors = 'errors' in body && Array.isArray(body.errors) ? (body.errors as FieldFault[]) : [] // of a problem
  const requestId = 'request_id' in body && typeof body.request_id === 'string' ? body.request_id : null
  const keyId = 'key_id' in body && typeof body.key_id === 'string' ? body.key_id : null
  return { code, detail, errors, requestId, keyId }
}
