/** Writes bytes as standard base64 without padding, the form that PHC strings use. */
export function encodeBase64(bytes: Uint8Array): string {
  // The padding starts after the digits that the bytes need.
  return Buffer.from(bytes)
    .toString('base64')
    .slice(0, Math.ceil((bytes.length * 4) / 3))
}

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/**
 * Where what {@link encodeBase64} writes of a text ends in another that has it from `at` on; -1: it does not have it. For each
 * verification, so it makes nothing where the text is ASCII.
 */
export function endOfBase64(text: string, at: number, encoded: string): number {
  let end = at
  for (let index = 0; index < encoded.length; index += 3) {
    const [first, second, third] = [
      encoded.charCodeAt(index),
      encoded.charCodeAt(index + 1),
      encoded.charCodeAt(index + 2),
    ]
    // What is not there is NaN, and so 0.
    if ((first | second | third) > 127) return endOfOther(text, at, encoded)
    const bits = (first << 16) | (second << 8) | third
    const length = Math.min(3, encoded.length - index) + 1
    for (let digit = 0; digit < length; digit += 1, end += 1) {
      if (text.charCodeAt(end) !== digits.charCodeAt((bits >> (18 - 6 * digit)) & 63)) return -1
    }
  }
  return end
}

function endOfOther(text: string, at: number, encoded: string): number {
  const written = encodeBase64(Buffer.from(encoded))
  return text.startsWith(written, at) ? at + written.length : -1
}

// Accepts a last character only if its unused bits are 0.
const canonical = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048])?$/

/** Reads the output of {@link encodeBase64}. Returns `null` for anything else: each value has exactly one spelling. */
export function decodeBase64(text: string): Uint8Array | null {
  // Buffer skips unknown characters, and also reads the URL-safe alphabet.
  return canonical.test(text) ? Buffer.from(text, 'base64') : null
}
