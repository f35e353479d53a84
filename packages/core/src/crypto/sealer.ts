import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto'
import { checkNames, isKeyId } from '../check/index.js'
import { InvalidInput, InvalidOptions } from '../errors/index.js'
import type { Hasher } from './hasher.js'
import { formatPhc, parsePhc } from './phc.js'

/** The purpose, organization and record that a sealed text is bound to. It cannot be opened with any other context. */
export interface SealContext {
  /** `apikey-reveal/v1`: tokens to be shown again; `apikey-rotation/v1`: to be delivered; `webhook-secret/v1`: signing secrets. */
  readonly purpose: 'apikey-reveal/v1' | 'apikey-rotation/v1' | 'webhook-secret/v1'
  /** The id of the organization. The name `tenant` is part of the stored form. */
  readonly tenant: string
  /** The id of the record. */
  readonly id: string
}

/** Encrypts values that must be readable again. Implement it to use a key management service in place of {@link sealer}. */
export interface Sealer {
  /** The id of the key that `seal` uses. */
  readonly current: string
  /** The ids of all keys that `open` knows. */
  readonly keyIds: readonly string[]
  /**
   * Encrypts `plaintext` for this context.
   *
   * @throws {@link InvalidInput} when the tenant or the id contains NUL or a lone surrogate.
   */
  seal(plaintext: string, context: SealContext): string | Promise<string>
  /** Decrypts a text that was sealed in the same context. If anything differs, it throws one error that does not say what. */
  open(sealed: string, context: SealContext): string | Promise<string>
  /** Returns the id of the key that a text was sealed with, or `null` if it is not a sealed text. */
  keyIdOf(sealed: string): string | null
  /** Tests whether one of its keys is also a pepper of `hasher`. One secret must not serve two purposes. */
  sharesKeyWith(hasher: Pick<Hasher, 'sharesKeyWith'>): boolean
}

/** The keys of {@link sealer}. */
export interface SealerOptions {
  /** The id of the key for new sealed texts. */
  readonly current: string
  /**
   * Keys by id: exactly 32 random bytes, or their base64 form (44 characters; `openssl rand -base64 32` prints one). Keep an old
   * key as long as sealed texts use it. Ids are 1 to 16 letters, digits, `.` and `-`.
   */
  readonly keys: Readonly<Record<string, string | Uint8Array | undefined>>
}

const ALGORITHM = 'aes-256-gcm'
const NONCE_LENGTH = 12
const TAG_LENGTH = 16

/**
 * Returns a sealer that encrypts with AES-256-GCM. Each record has its own key, derived with HKDF, so that random nonces stay far
 * below their limit.
 *
 * @throws {@link InvalidOptions} when a key is not 32 bytes, an id is malformed, or `current` names no key.
 *
 * @example
 * ```ts
 * const reveal = sealer({ current: 'k1', keys: { k1: process.env.API_KEY_SEAL } })
 * const keyring = createKeyring({ prefix: 'tk', store, hasher, access, resolveOwner, reveal })
 * ```
 */
export function sealer(options: SealerOptions): Sealer {
  checkNames(options, { current: true, keys: true }, { at: 'sealer' })
  const { current, keys } = options
  const known = new Map(Object.entries(keys).map(([id, key]) => [id, parseKey(id, key)]))
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
        // One error for every cause: a difference would help somebody who tries to forge a sealed text.
        throw new Error('The sealed text cannot be opened.')
      }
    },
    keyIdOf: (sealed) => parseSealed(sealed)?.keyId ?? null,
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
  const sealed = parseSealed(text)
  const key = sealed && keys.get(sealed.keyId)
  if (!key) throw new Error('The text was not sealed with a known key.')
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
function parseSealed(text: string): Sealed | null {
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
  // With a NUL in a part, two contexts could give the same bytes. UTF-8 turns every lone surrogate into the same character.
  if (parts.some((part) => /\0|\p{Surrogate}/u.test(part))) {
    const message = 'The tenant and the id of a sealed text must not contain NUL or a lone surrogate.'
    throw new InvalidInput('context', 'free of NUL and lone surrogates', message)
  }
  return Buffer.from(parts.join('\0'), 'utf8')
}

function parseKey(id: string, key: string | Uint8Array | undefined): KeyObject {
  if (!isKeyId(id)) {
    // The message leaves out the id: if ids and keys were swapped, it is the key.
    const message = 'Option sealer.keys must have ids of 1 to 16 letters, digits, . and -.'
    throw new InvalidOptions('sealer.keys', 'an object with ids of 1 to 16 letters, digits, . and -', message)
  }
  const bytes = typeof key === 'string' ? fromPaddedBase64(key) : key
  if (!(bytes instanceof Uint8Array) || bytes.length !== 32) {
    throw new InvalidOptions(`sealer.keys.${id}`, '32 bytes, or their base64 form')
  }
  return createSecretKey(bytes)
}

function fromPaddedBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}
