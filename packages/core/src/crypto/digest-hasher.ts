import { InvalidInput } from '../errors/index.js'
import { encodeBase64, endOfBase64 } from './base64.js'
import type { DigestScheme } from './digest-scheme.js'
import type { Hasher, HashInput, HashVerdict } from './hasher.js'
import { parsePhc, phcPrefix } from './phc.js'
import { sameBytes } from './same-bytes.js'

type DigestHasher = Pick<Hasher, 'hash' | 'hashes' | 'verify' | 'dummy' | 'currentPrefix' | 'prefixes'>

/** A scheme, and what its hashes begin with. */
interface Known {
  readonly prefix: string
  readonly digest: DigestScheme['digest']
}

function knownOf({ algorithm, pepperId, digest }: DigestScheme): Known {
  return { prefix: phcPrefix(algorithm, pepperId), digest }
}

/** The part of a {@link Hasher} that fast digests share. It hashes with the first scheme, and verifies hashes of all schemes. */
export function digestHasher(current: DigestScheme, ...others: readonly DigestScheme[]): DigestHasher {
  const first = knownOf(current)
  const known = [first, ...others.map(knownOf)]
  const noDigest = 'A'.repeat(digestLength)

  function verify(stored: readonly string[], input: HashInput): HashVerdict {
    const id = boundTo(input.id)
    let scheme: Known | undefined
    let digest = ''
    let unreadable: number | null = null
    for (let index = 0; index < stored.length; index += 1) {
      const text = stored[index] ?? ''
      const before = scheme
      scheme = schemeOf(text)
      if (scheme !== undefined && scheme !== before) digest = scheme.digest(id, input.token)
      if (scheme !== undefined && isHash(text, scheme, id, digest)) {
        return index === 0 && scheme === first ? currentMatch : { outcome: 'match', index, stale: scheme !== first }
      }
      if (scheme === undefined || !isHashOf(text, scheme, id)) unreadable ??= index
    }
    return unreadable === null ? mismatch : { outcome: 'misconfigured', index: unreadable }
  }

  function schemeOf(text: string): Known | undefined {
    for (const scheme of known) if (text.startsWith(scheme.prefix)) return scheme
    return undefined
  }

  const write = ({ prefix, digest }: Known, { id, token }: HashInput): string =>
    `${prefix}${encodeBase64(Buffer.from(id))}$${digest(boundTo(id), token)}`
  return {
    currentPrefix: first.prefix,
    prefixes: known.map(({ prefix }) => prefix),
    verify,
    hash: (input) => write(first, input),
    hashes: (input) => known.map((scheme) => write(scheme, input)),
    dummy: (input) => {
      verify([`${first.prefix}${encodeBase64(Buffer.from(input.id))}$${noDigest}`], input)
    },
  }
}

const mismatch: HashVerdict = /* @__PURE__ */ Object.freeze({ outcome: 'mismatch' })
const currentMatch: HashVerdict = /* @__PURE__ */ Object.freeze({ outcome: 'match', index: 0, stale: false })

/** How many characters 32 bytes have as base64 without padding. */
const digestLength = 43
// Used again and again, so that a comparison makes nothing.
const left = /* @__PURE__ */ Buffer.alloc(digestLength)
const right = /* @__PURE__ */ Buffer.alloc(digestLength)

/** Whether a text is this digest, of this scheme and row, in a time that does not depend on the digest: the rest is no secret. */
function isHash(text: string, { prefix }: Known, id: string, digest: string): boolean {
  const saltEnd = endOfBase64(text, prefix.length, id)
  if (text.length !== saltEnd + 1 + digestLength || text[saltEnd] !== '$') return false
  left.write(text.slice(-digestLength), 'latin1')
  right.write(digest, 'latin1')
  // A letter outside of Latin-1 could have been written as another.
  return sameBytes(left, right) && text.endsWith(digest)
}

/** The id binds a digest to its row. With a NUL in it, two pairs of id and token could give the same digest. */
function boundTo(id: string): string {
  if (id === '' || id.includes('\0')) throw new InvalidInput('id', 'the id of a key')
  return id
}

/** Whether a text is a hash of this scheme, and of the row that it was read from. */
function isHashOf(text: string, { prefix }: Known, id: string): boolean {
  const phc = parsePhc(text)
  if (phc === null || phcPrefix(phc.algorithm, phc.keyId) !== prefix) return false
  return phc.hash.length === 32 && Buffer.from(id).equals(phc.salt)
}
