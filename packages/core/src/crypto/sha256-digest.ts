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

/** Separates these digests from other uses of the same key. */
const label = 'apikey-hash/v1\0'

/** Returns the SHA-256 of a label, an id and a token, with a NUL between them, as base64 without padding. */
export function sha256Digest(id: string, token: string): string {
  return digest(`${label}${id}\0${token}`, 'base64').slice(0, -1)
}

/**
 * Returns a function that gives the HMAC-SHA-256 of the same. The pads are made once, which is most of what an HMAC of a short text
 * costs, and the message is written where it is hashed.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc2104#section-2 | RFC 2104 §2}
 */
export function hmacSha256Digest(key: Uint8Array): (id: string, token: string) => string {
  const block = Buffer.alloc(64)
  if (key.length > 64) block.write(digest(key, 'binary'), 'binary')
  else block.set(key)
  const idAt = 64 + label.length
  const inner = Buffer.alloc(idAt + usualLength) // not from the pool, which others read
  inner.write(label, 64)
  const outer = Buffer.alloc(96)
  for (let index = 0; index < 64; index += 1) {
    inner[index] = (block[index] ?? 0) ^ 0x36
    outer[index] = (block[index] ?? 0) ^ 0x5c
  }
  block.fill(0)
  let usual: Uint8Array = inner // nearly all messages of a keyring have one length
  return (id, token) => {
    const most = 3 * (id.length + token.length) + 1
    const whole = most <= usualLength ? inner : Buffer.alloc(idAt + most, inner.subarray(0, idAt))
    const idEnd = idAt + whole.write(id, idAt)
    whole[idEnd] = 0
    const end = idEnd + 1 + whole.write(token, idEnd + 1)
    if (usual.length !== end || usual.buffer !== whole.buffer) usual = whole.subarray(0, end)
    outer.write(digest(usual, 'binary'), 64, 'binary')
    return digest(outer, 'base64').slice(0, -1)
  }
}
