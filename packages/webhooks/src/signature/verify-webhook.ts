import type { IncomingMessage } from 'node:http'
import { InvalidOptions } from '@keywright/core'
import { Webhook, WebhookVerificationError } from 'standardwebhooks'
import { isWebhookSecret } from './is-webhook-secret.js'

/** An event, as the sender signed it. */
export interface ReceivedWebhook {
  /** The same each time that this event is sent: keep it, and do nothing for one that was there before. */
  readonly id: string
  readonly type: string
  /** When it happened, by the sender's clock. */
  readonly timestamp: Date
  readonly data: unknown
}

/** What {@link verifyWebhook} found. */
export type WebhookVerdict =
  | { readonly ok: true; readonly event: ReceivedWebhook }
  | {
      readonly ok: false
      /**
       * `too_large`: over 64 KB. `invalid_signature`: not signed with a secret of yours, within five minutes of now. `malformed`: signed,
       * but no event.
       */
      readonly code: 'too_large' | 'invalid_signature' | 'malformed'
    }

/** A request of Node's HTTP server, of Express or of Fastify, or one whose body was read before. */
type NodeRequest =
  | (Pick<IncomingMessage, 'headers'> & AsyncIterable<unknown> & { readonly readableEnded?: boolean })
  | { readonly headers: IncomingMessage['headers']; readonly rawBody: string | Uint8Array }

const maxBytes = 65_536

/**
 * Checks a webhook that you received: its signature, and that it was sent within five minutes of now. Answer 2xx soon, and do what it
 * asks for later.
 *
 * @param request - A Fetch `Request`, or one of Node's HTTP server, whose body nobody has read. A framework that parses bodies has to
 * leave the raw one: pass `{ headers, rawBody }` then.
 * @param secret - The endpoint's secret, as `whsec_…`. During a rotation, the new one and the old one.
 * @throws {@link InvalidOptions} when a secret is malformed, or the body was read before.
 *
 * @example
 * ```ts
 * createServer(async (req, res) => {
 *   const verdict = await verifyWebhook(req, process.env.WEBHOOK_SECRET)
 *   if (!verdict.ok) return void res.writeHead(400).end(verdict.code)
 *   await remember(verdict.event)
 *   res.writeHead(204).end()
 * })
 * ```
 */
export async function verifyWebhook(
  request: Request | NodeRequest,
  secret: string | readonly string[] | undefined,
): Promise<WebhookVerdict> {
  const secrets = [secret].flat()
  // The message must not show a secret that is nearly right.
  if (secrets.length === 0 || !secrets.every(isWebhookSecret)) throw new InvalidOptions('secret', 'whsec_ and base64')
  const body = await readBody(request)
  if (body === null) return { ok: false, code: 'too_large' }
  const headers = signedOf(request)
  if (!secrets.some((one) => isSigned(one, body, headers))) return { ok: false, code: 'invalid_signature' }
  const event = parseEvent(headers['webhook-id'] ?? '', body)
  return event === null ? { ok: false, code: 'malformed' } : { ok: true, event }
}

function isSigned(secret: string, body: string, headers: Record<string, string>): boolean {
  try {
    new Webhook(secret).verify(body, headers, { jsonParse: false })
    return true
  } catch (error) {
    if (error instanceof WebhookVerificationError) return false
    throw error
  }
}

const signed = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const

/** The library reads `12x` as 12. */
function signedOf({ headers }: Pick<Request, 'headers'> | Pick<IncomingMessage, 'headers'>): Record<string, string> {
  const read = (name: string): unknown => (headers instanceof Headers ? headers.get(name) : headers[name])
  const entries = signed.map((name) => [name, read(name)] as const)
  const [, [, at]] = entries as [unknown, readonly [string, unknown]]
  if (typeof at !== 'string' || !/^\d{1,12}$/.test(at)) return {}
  return Object.fromEntries(
    entries.filter((entry): entry is [(typeof signed)[number], string] => typeof entry[1] === 'string'),
  )
}

/** The body as text, which must be UTF-8; `null` when there is too much. */
async function readBody(request: Request | NodeRequest): Promise<string | null> {
  if ('rawBody' in request) {
    const bytes = Buffer.from(request.rawBody as Uint8Array) // of a string, as UTF-8
    return bytes.length > maxBytes ? null : bytes.toString('utf8')
  }
  const source = request instanceof Request ? request.body : request
  const wasRead = request instanceof Request ? request.bodyUsed : request.readableEnded === true
  if (wasRead) throw new InvalidOptions('request', 'a request whose body nobody has read, or { headers, rawBody }')
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of source ?? []) {
    const bytes = chunk instanceof Uint8Array ? chunk : Buffer.from(String(chunk))
    size += bytes.length
    if (size > maxBytes) return null
    chunks.push(bytes)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseEvent(id: string, body: string): ReceivedWebhook | null {
  let event: unknown
  try {
    event = JSON.parse(body)
  } catch {
    return null
  }
  if (typeof event !== 'object' || event === null) return null
  const { type, timestamp, data } = event as Readonly<Record<string, unknown>> // an object, whose fields are looked at below
  const at = new Date(typeof timestamp === 'string' ? timestamp : Number.NaN)
  if (typeof type !== 'string' || Number.isNaN(at.getTime())) return null
  return { id, type, timestamp: at, data }
}
