import { randomBytes } from 'node:crypto'

const prefix = 'whsec_'
const bytes = 32

/** Makes a signing secret: `whsec_` and 32 random bytes in base64. */
export function makeWebhookSecret(): string {
  return prefix + randomBytes(bytes).toString('base64')
}

/** Whether a text is a signing secret: `whsec_` and the canonical base64 of 24 to 64 bytes. */
export function isWebhookSecret(text: unknown): text is string {
  if (typeof text !== 'string' || !text.startsWith(prefix)) return false
  const encoded = text.slice(prefix.length)
  const decoded = Buffer.from(encoded, 'base64')
  return decoded.length >= 24 && decoded.length <= 64 && decoded.toString('base64') === encoded
}
