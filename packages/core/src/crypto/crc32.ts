/** The remainders of all bytes. */
const table: Int32Array = /* @__PURE__ */ Int32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte
  for (let bit = 0; bit < 8; bit += 1) rest = (rest >>> 1) ^ (rest & 1 ? 0xedb88320 : 0)
  return rest
})

/**
 * Returns the CRC-32/ISO-HDLC of ASCII text up to `end`, as an unsigned integer.
 *
 * It detects typing errors and truncated tokens. It does not protect from forgery: anyone can compute it.
 */
export function crc32(ascii: string, end = ascii.length): number {
  let crc = -1
  for (let index = 0; index < end; index += 1) {
    crc = (crc >>> 8) ^ (table[(crc ^ ascii.charCodeAt(index)) & 255] ?? 0)
  }
  return ~crc >>> 0
}
