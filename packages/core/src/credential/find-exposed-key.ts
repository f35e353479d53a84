import { readOurs } from '../child-token/index.js'
import type { TokenFormat } from '../crypto/index.js'

/** The tokens to look for, with the beginnings that show them. */
export interface TokensInUrls extends Pick<TokenFormat, 'namespaces' | 'secretLength'> {
  readonly marks: readonly string[]
}

/** A token that was found in a URL. */
export interface ExposedKey {
  readonly keyId: string | null
  readonly token: string | null
}

/** Makes {@link TokensInUrls}, once for many requests. */
export function tokensInUrls(ours: Omit<TokensInUrls, 'marks'>): TokensInUrls {
  return { ...ours, marks: ours.namespaces.map((namespace) => `${namespace}_`) }
}

/**
 * Finds one of our tokens anywhere in a URL: in a value, a name or the path, after `Bearer%20`, or escaped. It only finds whole
 * tokens, so that a search for the preview `tk_live_a1B2` passes.
 *
 * @returns `null` if there is none. `keyId` and `token` are `null` if the checksum is wrong, because then the id may be wrong too.
 */
export function findExposedKey(url: string, ours: TokensInUrls): ExposedKey | null {
  // Also search the raw URL: an escape directly after a key can decode to a letter, and hide the key.
  const text = url.includes('%') ? `${decodeEscapes(url)} ${url}` : url
  if (!includesAny(text, ours.marks)) return null

  for (const word of text.split(/[^0-9A-Za-z_]/)) {
    for (const mark of ours.marks) {
      for (let at = word.indexOf(mark); at !== -1; at = word.indexOf(mark, at + 1)) {
        const parsed = readOurs(word.slice(at), ours)
        if (parsed.ok) return { keyId: parsed.id, token: word.slice(at) }
        // Inside a word, a wrong checksum means another product's token: its `tak_…` contains our `ak_…`.
        if (at === 0 && parsed.reason.startsWith('checksum')) return { keyId: null, token: null }
      }
    }
  }
  return null
}

function includesAny(text: string, marks: readonly string[]): boolean {
  for (const mark of marks) if (text.includes(mark)) return true
  return false
}

/** Decodes byte by byte: tokens are ASCII, and `decodeURIComponent` throws on bytes that are not UTF-8. */
function decodeEscapes(url: string): string {
  return url.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
