import { type Cost, isWithinCeiling } from './cost.js'

/** The parts of a stored argon2id hash. */
export interface StoredHash {
  readonly cost: Cost
  readonly salt: Uint8Array
  /** 32 bytes. */
  readonly hash: Uint8Array
}

/** The beginning of every hash of this algorithm. 19 is the version of RFC 9106. */
export const algorithmPrefix = '$argon2id$v=19$'

// 8 to 48 bytes of salt, as in the PHC definition of argon2; 32 bytes of hash. Numbers without leading zeros.
const shape =
  /^\$argon2id\$v=19\$m=([1-9]\d{0,9}),t=([1-9]\d{0,9}),p=([1-9]\d{0,9})\$([A-Za-z0-9+/]{11,64})\$([A-Za-z0-9+/]{43})$/

/** The beginning of every hash of this cost. */
export function prefixOf({ memoryKiB, iterations, parallelism }: Cost): string {
  return `${algorithmPrefix}m=${memoryKiB},t=${iterations},p=${parallelism}$`
}

/** Writes `$argon2id$v=19$m=…,t=…,p=…$<salt>$<hash>`, both in unpadded standard base64. */
export function formatHash({ cost, salt, hash }: StoredHash): string {
  return `${prefixOf(cost)}${encode(salt)}$${encode(hash)}`
}

/** Parses exactly what {@link formatHash} writes, at a cost within the ceiling. Anything else is `null`. Never throws. */
export function parseHash(text: string): StoredHash | null {
  const fields = shape.exec(text)
  if (fields === null) return null
  const [, memoryKiB, iterations, parallelism, salt = '', hash = ''] = fields
  const stored = {
    cost: { memoryKiB: Number(memoryKiB), iterations: Number(iterations), parallelism: Number(parallelism) },
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  }
  // Decoding base64 drops bits beyond the last byte. Formatting the result again shows whether there were any.
  return isWithinCeiling(stored.cost) && formatHash(stored) === text ? stored : null
}

function encode(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '')
}
