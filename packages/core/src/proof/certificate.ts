import { createHash } from 'node:crypto'
import { thumbprintOfText } from '../bindings/index.js'

/**
 * Reads the thumbprint of a certificate from what a proxy writes into a header, in any of its forms: a SHA-256 in hexadecimal digits
 * or base64url, the certificate between colons (`Client-Cert`, RFC 9440), or as PEM with URL escapes (nginx, AWS).
 *
 * @returns it in base64url; `null` for what is none of these. Whether the certificate is good was for the proxy to say.
 */
export function certificateThumbprint(value: string): string | null {
  const thumbprint = thumbprintOfText(value)
  if (thumbprint !== null) return thumbprint
  const [, binary] = /^:([A-Za-z0-9+/]+={0,2}):$/.exec(value) ?? []
  const base64 = binary ?? pemBody(value)
  return base64 === null ? null : createHash('sha256').update(Buffer.from(base64, 'base64')).digest('base64url')
}

/** The base64 of the one certificate of a PEM text. */
function pemBody(value: string): string | null {
  if (!value.startsWith('-----BEGIN')) return null
  let text: string
  try {
    text = decodeURIComponent(value)
  } catch {
    return null
  }
  const [, body] = /^-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*$/.exec(text) ?? []
  return body ?? null
}
