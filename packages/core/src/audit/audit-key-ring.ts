import { checkNames, type Invalid, type NamesOf, parseSecrets } from '../check/index.js'
import { InvalidOptions } from '../errors/index.js'
import type { AuditKey } from '../store/index.js'

/** The secret keys of the audit chain. Each record names the key that its hash was made with. */
export interface AuditKeyRing {
  /** The id of the key for new records. */
  readonly current: string
  /**
   * Secrets of at least 32 bytes, by id. A string counts as its UTF-8 bytes. Keep an old key as long as there are records under
   * it. Ids are 1 to 16 letters, digits, `.` and `-`.
   */
  readonly keys: Readonly<Record<string, string | Uint8Array | undefined>>
  /**
   * For a log that began without a ring: records before this time may be without a key, and none after it. Choose a time when
   * every process has the ring. If one got it later, choose a later time.
   * @defaultValue none: every record needs a key
   */
  readonly plainUntil?: Date | undefined
}

const ringNames: NamesOf<AuditKeyRing> = { current: true, keys: true, plainUntil: true }

/** An {@link AuditKeyRing} that was checked and copied. */
export interface AuditKeys {
  readonly current: AuditKey
  readonly byId: ReadonlyMap<string, AuditKey>
  readonly plainUntil: Date | null
}

/** Parses a ring. @throws {@link InvalidOptions}, or the class `Invalid`, when it is malformed. */
export function parseAuditKeys(
  ring: AuditKeyRing | undefined,
  Invalid: Invalid = InvalidOptions,
): AuditKeys | undefined {
  if (ring === undefined) return undefined
  checkNames(ring, ringNames, { at: 'auditKeys', Invalid })
  const secrets = parseSecrets(ring.keys, 'auditKeys.keys', Invalid)
  const byId = new Map([...secrets].map(([id, secret]) => [id, Object.freeze({ id, secret })]))
  const current = byId.get(ring.current)
  if (current === undefined) throw new Invalid('auditKeys.current', 'the id of one of auditKeys.keys')
  const { plainUntil = null } = ring
  if (plainUntil !== null && !(plainUntil instanceof Date && plainUntil.getTime() >= 0)) {
    throw new Invalid('auditKeys.plainUntil', 'a valid Date')
  }
  return { current, byId, plainUntil: plainUntil && new Date(plainUntil) }
}
