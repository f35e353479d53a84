import { BASE62, isBase62 } from '../crypto/index.js'

/** How many digits 0 to 5 bytes have: as few as can tell them apart. Five bytes have seven, and a number holds them. */
const digitsOf = [0, 2, 3, 5, 6, 7]

/** Writes bytes as letters and digits, five bytes at a time: a token has no other character, but for its `_`. */
export function encodeBytes(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 5) {
    const chunk = bytes.subarray(at, at + 5)
    let value = chunk.reduce((sum, byte) => sum * 256 + byte, 0)
    let written = ''
    for (let left = digitsOf[chunk.length] ?? 0; left > 0; left -= 1) {
      written = BASE62.charAt(value % 62) + written
      value = Math.floor(value / 62)
    }
    text += written
  }
  return text
}

/** Reads what {@link encodeBytes} writes; `null` for anything else: each list of bytes has one spelling. */
export function decodeBytes(text: string): Uint8Array | null {
  const rest = digitsOf.indexOf(text.length % 7)
  if (!isBase62(text) || rest === -1) return null
  const bytes = Buffer.alloc(Math.floor(text.length / 7) * 5 + rest)
  for (let at = 0, to = 0; at < text.length; at += 7, to += 5) {
    const chunk = text.slice(at, at + 7)
    const count = digitsOf.indexOf(chunk.length)
    const value = [...chunk].reduce((sum, digit) => sum * 62 + BASE62.indexOf(digit), 0)
    if (value >= 256 ** count) return null
    bytes.writeUIntBE(value, to, count)
  }
  return bytes
}
