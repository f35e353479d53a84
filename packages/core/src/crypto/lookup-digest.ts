import { createHash } from 'node:crypto'

/** Returns the digests under which a token may have been imported. `salt` is that of the keypal installation it comes from. */
export function lookupDigests(token: string, salt = ''): readonly string[] {
  const texts = salt === '' ? [token] : [token, token + salt]
  return [...texts.map((text) => lookupDigest(sha256Of(text))), ...partDigests(token)]
}

/** The form in which the digest of an imported token is stored and looked up. */
export function lookupDigest(bytes: Uint8Array): string {
  return `sha256:${Buffer.from(bytes).toString('hex')}`
}

/** The same, of a token whose last part alone was hashed. */
export function partDigest(start: string, hash: Uint8Array): string {
  const text = `keywright-import-part/v1\0${start}\0${Buffer.from(hash).toString('hex')}`
  return lookupDigest(sha256Of(text))
}

/** The digests under which a token is kept if only its last part was hashed. */
function partDigests(token: string): readonly string[] {
  const ends = [/^\d{1,20}\|/.exec(token)?.[0].length ?? 0, token.lastIndexOf('_') + 1]
  const parts = ends.filter((end) => end > 1 && end < token.length)
  return parts.map((end) => partDigest(token.slice(0, end), sha256Of(token.slice(end))))
}

function sha256Of(text: string): Uint8Array {
  return createHash('sha256').update(text).digest()
}
