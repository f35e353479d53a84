/** Whether a text is a signing secret: `whsec_` and the canonical base64 of 24 to 64 bytes. */
export function isWebhookSecret(text: unknown): text is string {
  const [, encoded] = typeof text === 'string' ? (/^whsec_([A-Za-z0-9+/]{32,}={0,2})$/.exec(text) ?? []) : []
  if (encoded === undefined) return false
  const decoded = Buffer.from(encoded, 'base64')
  return decoded.length >= 24 && decoded.length <= 64 && decoded.toString('base64') === encoded
}
