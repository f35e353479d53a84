import { InvalidInput } from '../errors/index.js'
import type { Hasher, HashInput, HashVerdict } from './hasher.js'
import { formatPhc, parsePhc, phcPrefix } from './phc.js'
import { sameBytes } from './same-bytes.js'

/** One way to digest a message: an algorithm, with the pepper that it uses. */
export interface DigestScheme {
  readonly algorithm: string
  readonly pepperId: string | null
  /** 32 bytes. */
  digest(message: string): Uint8Array
}

type DigestHasher = Pick<Hasher, 'hash' | 'hashes' | 'verify' | 'dummy' | 'currentPrefix' | 'prefixes'>

/** The part of a {@link Hasher} that fast digests share. Hashes with the first scheme, recognises all. */
export function digestHasher(current: DigestScheme, ...others: readonly DigestScheme[]): DigestHasher {
  const schemes = new Map([current, ...others].map((scheme) => [prefixOf(scheme), scheme]))
  const currentPrefix = prefixOf(current)

  function verify(stored: readonly string[], input: HashInput): HashVerdict {
    const message = messageOf(input)
    const digests = new Map<string, Uint8Array>()
    let unreadable: number | null = null
    for (const [index, text] of stored.entries()) {
      const row = readRow(text, input.id)
      const scheme = row && schemes.get(row.prefix)
      if (!scheme) {
        unreadable ??= index
        continue
      }
      const digest = digests.get(row.prefix) ?? scheme.digest(message)
      digests.set(row.prefix, digest)
      if (sameBytes(digest, row.hash)) return { outcome: 'match', index, stale: row.prefix !== currentPrefix }
    }
    return unreadable === null ? { outcome: 'mismatch' } : { outcome: 'misconfigured', index: unreadable }
  }

  return {
    currentPrefix,
    prefixes: [...schemes.keys()],
    verify,
    hash: (input) => format(current, input, current.digest(messageOf(input))),
    hashes: (input) => [...schemes.values()].map((scheme) => format(scheme, input, scheme.digest(messageOf(input)))),
    dummy: (input) => {
      verify([format(current, input, new Uint8Array(32))], input)
    },
  }
}

/** The label keeps these digests apart from all others made with the same key; the id ties them to their row (HASH-2). */
function messageOf({ id, token }: HashInput): string {
  // A NUL in the id could move the border between id and token.
  if (id === '' || id.includes('\0')) throw new InvalidInput('id', 'the id of a key')
  return `apikey-hash/v1\0${id}\0${token}`
}

function prefixOf({ algorithm, pepperId }: DigestScheme): string {
  return phcPrefix(algorithm, pepperId)
}

function format({ algorithm, pepperId }: DigestScheme, { id }: HashInput, hash: Uint8Array): string {
  return formatPhc({ algorithm, keyId: pepperId, salt: Buffer.from(id), hash })
}

function readRow(text: string, id: string): { prefix: string; hash: Uint8Array } | null {
  const phc = parsePhc(text)
  if (phc === null || phc.hash.length !== 32 || !Buffer.from(id).equals(phc.salt)) return null
  return { prefix: phcPrefix(phc.algorithm, phc.keyId), hash: phc.hash }
}
