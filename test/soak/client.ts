import { type Agent, request as httpRequest } from 'node:http'

/** A request of the driver's. */
export interface Sent {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly path: string
  /** A list sends a line for each. */
  readonly headers: Readonly<Record<string, string | string[]>>
  readonly body?: unknown
}

/** What became of a request. */
export type Outcome = {
  readonly sent: Sent
  /** By the machine's clock. */
  readonly begin: number
  readonly end: number
} & (
  | {
      readonly kind: 'answered'
      readonly status: number
      /** Of a problem body; `null` for any other. */
      readonly code: string | null
      /** What the body says, if it is JSON. */
      readonly body: Readonly<Record<string, unknown>>
    }
  /** The connection was refused, or broke. */
  | { readonly kind: 'broken'; readonly why: string }
  /** There was no answer in time. */
  | { readonly kind: 'silent' }
)

/** Sends a request, and waits for its answer until a deadline. Never rejects. */
export function send(port: number, agent: Agent, sent: Sent, deadlineMs: number): Promise<Outcome> {
  const { method, path, headers, body } = sent
  const begin = Date.now()
  return new Promise((resolve) => {
    const text = body === undefined ? null : JSON.stringify(body)
    const contents =
      text === null ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }
    const request = httpRequest({ port, host: '127.0.0.1', agent, method, path, headers: { ...headers, ...contents } })
    const timer = setTimeout(() => {
      resolve({ sent, begin, end: Date.now(), kind: 'silent' })
      request.destroy()
    }, deadlineMs)
    const fail = (error: Error): void => {
      clearTimeout(timer)
      resolve({
        sent,
        begin,
        end: Date.now(),
        kind: 'broken',
        why: 'code' in error ? String(error.code) : error.message,
      })
    }
    request.on('error', fail)
    request.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', fail)
      response.on('end', () => {
        clearTimeout(timer)
        const { statusCode: status = 0, headers: fields } = response
        const parsed = parse(Buffer.concat(chunks).toString())
        const isProblem = fields['content-type']?.startsWith('application/problem+json') === true
        const code = isProblem ? String(parsed.code) : null
        resolve({ sent, begin, end: Date.now(), kind: 'answered', status, code, body: parsed })
      })
    })
    request.end(text ?? undefined)
  })
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {} // each field is checked where it is read
  } catch {
    return {}
  }
}
