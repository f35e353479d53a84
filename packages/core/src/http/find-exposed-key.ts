import { type ParseTokenOptions, parseToken } from '../crypto/token.js'

/**
 * Looks for one of our tokens anywhere in a URL: in a value, a name or the path, behind `Bearer%20` or a nested escape.
 * Only the whole shape counts, so that a search for the preview `tk_live_a1B2` goes through.
 *
 * @returns `null` where there is none. `keyId` is `null` where the checksum is wrong, for then the id may be wrong too.
 */
export function findExposedKey(url: string, ours: ParseTokenOptions): { readonly keyId: string | null } | null {
  // As it came, too: an escape right behind a key can decode to one more letter, and hide it.
  const text = url.includes('%') ? `${decodeEscapes(url)} ${url}` : url
  const marks = ours.namespaces.map((namespace) => `${namespace}_`).filter((mark) => text.includes(mark))
  if (marks.length === 0) return null

  for (const word of text.split(/[^0-9A-Za-z_]/)) {
    for (const mark of marks) {
      for (let at = word.indexOf(mark); at !== -1; at = word.indexOf(mark, at + 1)) {
        const parsed = parseToken(word.slice(at), ours)
        if (parsed.ok) return { keyId: parsed.id }
        // Inside a word, a wrong checksum tells another's `tak_…` from our `ak_…`.
        if (at === 0 && parsed.reason.startsWith('checksum')) return { keyId: null }
      }
    }
  }
  return null
}

/** Decodes byte by byte: a token is ASCII, and `decodeURIComponent` throws on what is no UTF-8. */
function decodeEscapes(url: string): string {
  return url.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
