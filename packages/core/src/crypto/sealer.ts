import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto'
import { InvalidInput, InvalidOptions } from '../errors/index.js'
import type { Hasher } from './hasher.js'
import { formatPhc, isKeyId, parsePhc } from './phc.js'

/** What a sealed text belongs to. It opens nowhere else (ENC-3). */
export interface SealContext {
  /** Tokens that can be shown again, or the signing secrets of webhooks (ENC-10). */
  readonly purpose: 'apikey-reveal/v1' | 'webhook-secret/v1'
  /** The organisation. */
  readonly tenant: string
  /** The record. */
  readonly id: string
}

/** Encrypts what has to be readable again. A service for key management can stand in for {@link sealer} (ENC-5). */
export interface Sealer {
  /** The id of the key that `seal` uses. */
  readonly current: string
  /** The ids of all keys that `open` knows. */
  readonly keyIds: readonly string[]
  /** @throws InvalidInput where the tenant or the id contains NUL or half a surrogate pair. */
  seal(plaintext: string, context: SealContext): string | Promise<string>
  /** Gives back what was sealed in the same context. Throws where anything differs, and does not say what (ENC-9). */
  open(sealed: string, context: SealContext): string | Promise<string>
  /** The id of the key that a text was sealed with; `null` if it is no sealed text. */
  keyIdOf(sealed: string): string | null
  /** Whether one of its keys is also a pepper of `hasher` (ENC-8). */
  sharesKeyWith(hasher: Pick<Hasher, 'sharesKeyWith'>): boolean
}

/** Options of {@link sealer}. */
export interface SealerOptions {
  /** The id of the key that new texts are sealed with. */
  readonly current: string
  /**
   * Keys by id: exactly 32 random bytes, or these in base64 (44 characters, as `openssl rand -base64 32` prints). Keep an old
   * one for as long as sealed texts use it. Ids are 1 to 16 letters, digits, `.` and `-`.
   */
  readonly keys: Readonly<Record<string, string | Uint8Array | undefined>>
}

const ALGORITHM = 'aes-256-gcm'
const NONCE_LENGTH = 12
const TAG_LENGTH = 16

/**
 * Seals with AES-256-GCM, each record under its own key, derived with HKDF: random nonces then never come near their limit
 * (ENC-2).
 *
 * @throws {@link InvalidOptions}, naming the key, never its value.
 */
export function sealer({ current, keys }: SealerOptions): Sealer {
  const known = new Map(Object.entries(keys).map(([id, key]) => [id, readKey(id, key)]))
  const currentKey = known.get(current)
  if (currentKey === undefined) throw new InvalidOptions('sealer.current', 'the id of one of sealer.keys')
  return {
    current,
    keyIds: [...known.keys()],
    seal: (plaintext, context) => seal(plaintext, current, currentKey, context),
    open: (sealed, context) => {
      try {
        return open(sealed, known, context)
      } catch {
        // Whatever went wrong, the caller learns one thing, and no cause travels with it.
        throw new Error('The sealed text cannot be opened')
      }
    },
    keyIdOf: (sealed) => readSealed(sealed)?.keyId ?? null,
    sharesKeyWith: (hasher) => [...known.values()].some((key) => hasher.sharesKeyWith(key.export())),
  }
}

function seal(plaintext: string, keyId: string, key: KeyObject, context: SealContext): string {
  const salt = randomBytes(NONCE_LENGTH)
  const cipher = createCipheriv(ALGORITHM, recordKey(key, context), salt, { authTagLength: TAG_LENGTH })
  cipher.setAAD(bind(keyId, context))
  const hash = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return formatPhc({ algorithm: ALGORITHM, keyId, salt, hash })
}

function open(text: string, keys: ReadonlyMap<string, KeyObject>, context: SealContext): string {
  const sealed = readSealed(text)
  const key = sealed && keys.get(sealed.keyId)
  if (!key) throw new Error('Not sealed with a key that is known here')
  const decipher = createDecipheriv(ALGORITHM, recordKey(key, context), sealed.nonce, { authTagLength: TAG_LENGTH })
  decipher.setAAD(bind(sealed.keyId, context))
  decipher.setAuthTag(sealed.tag)
  return Buffer.concat([decipher.update(sealed.ciphertext), decipher.final()]).toString('utf8')
}

interface Sealed {
  readonly keyId: string
  readonly nonce: Uint8Array
  readonly ciphertext: Uint8Array
  readonly tag: Uint8Array
}

/** A sealed text is written as a PHC string: the nonce in place of the salt, ciphertext and tag in place of the hash. */
function readSealed(text: string): Sealed | null {
  const phc = parsePhc(text)
  if (phc === null || phc.algorithm !== ALGORITHM || phc.keyId === null) return null
  if (phc.salt.length !== NONCE_LENGTH || phc.hash.length < TAG_LENGTH) return null
  return {
    keyId: phc.keyId,
    nonce: phc.salt,
    ciphertext: phc.hash.subarray(0, -TAG_LENGTH),
    tag: phc.hash.subarray(-TAG_LENGTH),
  }
}

function recordKey(key: KeyObject, { purpose, tenant, id }: SealContext): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, '', join(purpose, tenant, id), 32))
}

function bind(keyId: string, { purpose, tenant, id }: SealContext): Buffer {
  return join(purpose, keyId, tenant, id)
}

function join(...parts: readonly string[]): Buffer {
  // A NUL inside a part would let two contexts read the same; so would halves of pairs, which UTF-8 cannot write.
  if (parts.some((part) => /\0|\p{Surrogate}/u.test(part))) {
    throw new InvalidInput('context', 'tenant and id in whole characters, without NUL')
  }
  return Buffer.from(parts.join('\0'), 'utf8')
}

function readKey(id: string, key: string | Uint8Array | undefined): KeyObject {
  // Not named: where ids and keys were swapped, this is the key.
  if (!isKeyId(id)) throw new InvalidOptions('sealer.keys', 'ids of 1 to 16 letters, digits, . and -')
  const bytes = typeof key === 'string' ? fromPaddedBase64(key) : key
  if (!(bytes instanceof Uint8Array) || bytes.length !== 32) {
    throw new InvalidOptions(`sealer.keys.${id}`, '32 bytes, or these in base64')
  }
  return createSecretKey(bytes)
}

function fromPaddedBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}
