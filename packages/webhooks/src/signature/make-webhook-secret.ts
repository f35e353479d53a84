import { randomBytes } from 'node:crypto'

const bytes = 32

/** Makes a signing secret: `whsec_` and 32 random bytes in base64. Keep it sealed, and show it once. */
export function makeWebhookSecret(): string {
  return `whsec_${randomBytes(bytes).toString('base64')}`
}
