import crypto from 'node:crypto'

/** How many bytes are hashed in a buffer that is used again and again. What is longer gets one of its own. */
const usualLength = 512

/** Returns 32 bytes, as a string of one character each or as base64. */
type Digest = (data: string | Uint8Array, encoding: 'binary' | 'base64') => string

// One call costs a third of `createHash`. Some runtimes do not have it.
const digest: Digest =
  typeof crypto.hash === 'function'
    ? (data, encoding) => crypto.hash('sha256', data, encoding)
    : (data, encoding) => crypto.createHash('sha256').update(data).digest(encoding)

/** Returns the SHA-256 of a text as base64 without padding. */
export function sha256Digest(text: string): string {
  return digest(text, 'base64').slice(0, -1)
}

/**
 * Returns a function that gives the HMAC-SHA-256 of a text, as base64 without padding. The pads are made once, which is most of
 * what an HMAC of a short text costs.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc2104#section-2 | RFC 2104 §2}
 */
export function hmacSha256Digest(key: Uint8Array): (text: string) => string {
  const block = Buffer.alloc(64)
  if (key.length > 64) block.write(digest(key, 'binary'), 'binary')
  else block.set(key)
  const inner = Buffer.alloc(64 + usualLength)
  const outer = Buffer.alloc(96)
  for (let index = 0; index < 64; index += 1) {
    inner[index] = (block[index] ?? 0) ^ 0x36
    outer[index] = (block[index] ?? 0) ^ 0x5c
  }
  block.fill(0)
  let usual = inner // nearly all messages of a keyring have one length
  return (text) => {
    let message: Uint8Array
    if (3 * text.length <= usualLength) {
      const end = 64 + inner.write(text, 64)
      if (usual.length !== end) usual = inner.subarray(0, end)
      message = usual
    } else message = Buffer.concat([inner.subarray(0, 64), Buffer.from(text)])
    outer.write(digest(message, 'binary'), 64, 'binary')
    return digest(outer, 'base64').slice(0, -1)
  }
}
