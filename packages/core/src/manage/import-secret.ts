import { checkNames } from '../check/index.js'
import {
  type ForeignFormat,
  importedDigest,
  importedKeyId,
  importedPartDigest,
  isOpaqueToken,
  lookupDigests,
  type PartFormat,
  recognizeToken,
} from '../crypto/index.js'
import { InvalidInput, InvalidState } from '../errors/index.js'
import { wrapStoreErrors } from '../store/index.js'
import { digestsOf } from '../verify/index.js'
import type { ManageParts } from './parts.js'

/** What is known of an imported secret. */
export type ImportedSecret =
  | { readonly format: ForeignFormat; readonly hash: string }
  /** `start` is what stands before the hashed part of the token: `12|`, or `acme_BRTRKFsL_`. */
  | { readonly format: PartFormat; readonly hash: string; readonly start: string }
  | { readonly token: string }

/** The id of an imported key, and how its token is recognised. */
interface Recognised {
  readonly id: string
  readonly hash: string
  readonly lookupDigest: string
}

/** Secrets of fewer random bits can be searched for, given a fast hash of them (ASVS 6.5.2). */
const fewestBits = 112

/**
 * Makes of an imported secret what may be stored of it. The key's id comes from the secret, so that no second key can be made
 * of it (see {@link importedKeyId}).
 *
 * @throws InvalidInput, naming the field; InvalidState if its token already finds a key.
 */
export async function readImportedSecret(
  parts: ManageParts,
  secret: ImportedSecret,
  entropyBits: number,
): Promise<Recognised> {
  if (typeof secret !== 'object' || secret === null) throw new InvalidInput('secret', '{ format, hash } or { token }')
  const isPart = 'format' in secret && (secret.format === 'sanctum' || secret.format === 'prefixed-api-key')
  const names = 'token' in secret ? { token: true as const } : { format: true as const, hash: true as const }
  checkNames(secret, isPart ? { ...names, start: true } : names, {
    at: 'secret',
    Invalid: InvalidInput,
  })
  if (!(typeof entropyBits === 'number' && entropyBits > 0)) {
    throw new InvalidInput('entropyBits', 'the random bits of the secret, such as 128')
  }
  const isWeak = entropyBits < fewestBits
  if ('token' in secret) return recognizeImport(parts, checkToken(parts, secret.token), isWeak)
  if (isWeak) throw new InvalidInput('secret', '{ token }: a stored hash of so few bits cannot be made safe')
  const digest = digestOf(secret)
  return { id: importedKeyId(digest), hash: digest, lookupDigest: digest }
}

function digestOf(secret: Exclude<ImportedSecret, { readonly token: string }>): string {
  const { hash, format } = secret
  if (format !== 'sanctum' && format !== 'prefixed-api-key') return importedDigest(hash, format)
  return importedPartDigest(hash, format, 'start' in secret ? secret.start : '')
}

async function recognizeImport(parts: ManageParts, token: string, isWeak: boolean): Promise<Recognised> {
  const digests = digestsOf(token, parts)
  const found = await wrapStoreErrors(parts.store.findByLookupDigest(digests))
  if (found !== null) throw new InvalidState(found.record.id, 'imported_already', 'import')

  const [lookupDigest = ''] = digests
  if (!isWeak) {
    const [plain = ''] = lookupDigests(token)
    const id = importedKeyId(plain)
    return { id, hash: await parts.hasher.hash({ id, token }), lookupDigest }
  }
  const slowHasher = parts.imports?.slowHasher ?? null
  const isPeppered = parts.hasher.pepperIds.length > 0 && !lookupDigest.startsWith('sha256:')
  if (slowHasher === null || !isPeppered) {
    throw new InvalidInput('entropyBits', `at least ${fewestBits}, or a keyring with imports.slowHasher and a pepper`)
  }
  const id = importedKeyId(lookupDigest) // an id made of the plain digest could be searched, as that itself
  return { id, hash: await slowHasher.hash({ id, token }), lookupDigest }
}

function checkToken({ format }: ManageParts, token: unknown): string {
  // What a guard takes from a header: any other key could never be used.
  if (typeof token !== 'string' || token.length < 8 || token.length > 255 || !isOpaqueToken(token)) {
    throw new InvalidInput('secret.token', '8 to 255 letters, digits and - . _ ~ + / ! # $ % & * : @ ^ |')
  }
  const read = recognizeToken(token, format)
  if (!read.ok || read.id !== null) {
    throw new InvalidInput(
      'secret.token',
      "a token that has not the form of this keyring's own: those are looked up by their id",
    )
  }
  return token
}
