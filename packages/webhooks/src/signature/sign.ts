import { Webhook } from 'standardwebhooks'

/** What is signed: exactly these bytes are sent. */
export interface Message {
  /** The same for every attempt. */
  readonly id: string
  readonly body: string
}

/**
 * The headers of one attempt.
 *
 * @param secrets - The new one first. During a rotation, the old one signs as well.
 * @param at - The time of this attempt.
 * @see {@link https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md | Standard Webhooks}
 */
export function signedHeaders(
  { id, body }: Message,
  secrets: readonly string[],
  at: Date,
): Readonly<Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(' '),
  }
}
