/** Writes bytes in standard base64 without padding, as PHC strings have it. */
export function encodeBase64(bytes: Uint8Array): string {
  // No byte leaves half a digit: the length without padding is exact.
  return Buffer.from(bytes)
    .toString('base64')
    .slice(0, Math.ceil((bytes.length * 4) / 3))
}

// Of the last character, the bits beyond the last byte are 0.
const canonical = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048])?$/

/** Reads what {@link encodeBase64} writes, and nothing else: one text for each value. */
export function decodeBase64(text: string): Uint8Array | null {
  // Buffer skips what it does not know, and reads the URL-safe alphabet as well.
  return canonical.test(text) ? Buffer.from(text, 'base64') : null
}
