import { createCipheriv } from 'node:crypto'
import type { RandomBytes } from '../../src/crypto/random.js'

/** Repeats these bytes for ever. */
export function cycle(...bytes: number[]): RandomBytes {
  let next = 0
  return (size) => Uint8Array.from({ length: size }, () => bytes[next++ % bytes.length] ?? 0)
}

/** Bytes that look random and are the same in every run. */
export function stream(): RandomBytes {
  const cipher = createCipheriv('aes-256-ctr', Buffer.alloc(32, 7), Buffer.alloc(16))
  return (size) => cipher.update(Buffer.alloc(size))
}
