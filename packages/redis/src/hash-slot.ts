/**
 * The hash slot that all of these keys are in, as a Redis Cluster computes it: CRC16 (XMODEM) of the first hash tag, or of the
 * whole key where there is none. The clients know this too, and do not tell.
 *
 * @see {@link https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/ | Redis cluster specification}
 */
export function slotOf([key = '']: readonly string[]): number {
  const [, tag = key] = /^[^{]*\{([^}]+)\}/.exec(key) ?? []
  let crc = 0
  for (const byte of Buffer.from(tag)) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff
  }
  return crc % 16_384
}
