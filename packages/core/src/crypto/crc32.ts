/** The remainders of the 16 half bytes. */
// biome-ignore format: two rows
const table: readonly number[] = [
  0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
  0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
]

/**
 * Returns the CRC-32/ISO-HDLC of ASCII text up to `end`, as an unsigned integer.
 *
 * It detects typing errors and truncated tokens. It does not protect from forgery: anyone can compute it.
 */
export function crc32(ascii: string, end = ascii.length): number {
  let crc = 0xffffffff
  for (let index = 0; index < end; index += 1) {
    crc ^= ascii.charCodeAt(index)
    crc = (crc >>> 4) ^ (table[crc & 15] ?? 0)
    crc = (crc >>> 4) ^ (table[crc & 15] ?? 0)
  }
  return (crc ^ 0xffffffff) >>> 0
}
