/** 32 bytes in base64url: the last of the 43 characters holds four bits. */
const base64url = /^[\w-]{42}[AEIMQUYcgkosw048]$/
const hexadecimal = /^(?:[0-9a-f]{2}:?){31}[0-9a-f]{2}$/i

/**
 * Reads the SHA-256 thumbprint of a key or of a certificate, in base64url, or in hexadecimal digits as `openssl` and most proxies write
 * it.
 *
 * @returns it in base64url; `null` for what is none.
 */
export function thumbprintOfText(text: string): string | null {
  if (base64url.test(text)) return text
  return hexadecimal.test(text) ? Buffer.from(text.replaceAll(':', ''), 'hex').toString('base64url') : null
}
