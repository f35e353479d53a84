import { type ForeignFormat, importedDigest, importedKeyId, lookupDigests } from '../crypto/index.js'
import { InvalidInput, InvalidState } from '../errors/index.js'
import { digestsOf } from './find-key.js'
import type { Settings } from './options.js'
import { reachStore } from './reach-store.js'

/** What is known of an imported secret. */
export type ImportedSecret = { readonly format: ForeignFormat; readonly hash: string } | { readonly token: string }

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
  settings: Settings,
  secret: ImportedSecret,
  entropyBits: number,
): Promise<Recognised> {
  if (typeof secret !== 'object' || secret === null) throw new InvalidInput('secret', '{ format, hash } or { token }')
  if (!(typeof entropyBits === 'number' && entropyBits > 0)) {
    throw new InvalidInput('entropyBits', 'the random bits of the secret, such as 128')
  }
  const isWeak = entropyBits < fewestBits
  if ('token' in secret) return recogniseToken(settings, checkToken(settings, secret.token), isWeak)
  if (isWeak) throw new InvalidInput('secret', '{ token }: a stored hash of so few bits cannot be made safe')
  const digest = importedDigest(secret.hash, secret.format)
  return { id: importedKeyId(digest), hash: digest, lookupDigest: digest }
}

async function recogniseToken(settings: Settings, token: string, isWeak: boolean): Promise<Recognised> {
  const digests = digestsOf(token, settings)
  const found = await reachStore(settings.store.findByLookupDigest(digests))
  if (found !== null) throw new InvalidState(found.record.id, 'imported already', 'import')

  const [lookupDigest = ''] = digests
  if (!isWeak) {
    const [plain = ''] = lookupDigests(token)
    const id = importedKeyId(plain)
    return { id, hash: await settings.hasher.hash({ id, token }), lookupDigest }
  }
  const slowHasher = settings.imports?.slowHasher ?? null
  const isPeppered = settings.hasher.pepperIds.length > 0 && !lookupDigest.startsWith('sha256:')
  if (slowHasher === null || !isPeppered) {
    throw new InvalidInput('entropyBits', `at least ${fewestBits}, or a keyring with imports.slowHasher and a pepper`)
  }
  const id = importedKeyId(lookupDigest) // an id made of the plain digest could be searched, as that itself
  return { id, hash: await slowHasher.hash({ id, token }), lookupDigest }
}

function checkToken({ format }: Settings, token: unknown): string {
  // What a request can carry (RFC 6750 §2.1): any other key could never be used.
  if (typeof token !== 'string' || token.length < 8 || token.length > 255 || !/^[\w.~+/-]+=*$/.test(token)) {
    throw new InvalidInput('secret.token', '8 to 255 letters, digits and - . _ ~ + /')
  }
  if ([...format.namespaces, ...format.foreign].some((namespace) => token.startsWith(`${namespace}_`))) {
    throw new InvalidInput('secret.token', "a token without this keyring's own prefix: such are looked up by their id")
  }
  return token
}
