import { type ParseTokenOptions, parseToken } from '../crypto/index.js'

/**
 * Finds one of our tokens anywhere in a URL: in a value, a name or the path, after `Bearer%20`, or escaped. It only finds whole
 * tokens, so that a search for the preview `tk_live_a1B2` passes.
 *
 * @returns `null` if there is none. `keyId` is `null` if the checksum is wrong, because then the id may be wrong too.
 */
export function findExposedKey(url: string, ours: ParseTokenOptions): { readonly keyId: string | null } | null {
  // Also search the raw URL: an escape directly after a key can decode to a letter, and hide the key.
  const text = url.includes('%') ? `${decodeEscapes(url)} ${url}` : url
  const marks = ours.namespaces.map((namespace) => `${namespace}_`).filter((mark) => text.includes(mark))
  if (marks.length === 0) return null

  for (const word of text.split(/[^0-9A-Za-z_]/)) {
    for (const mark of marks) {
      for (let at = word.indexOf(mark); at !== -1; at = word.indexOf(mark, at + 1)) {
        const parsed = parseToken(word.slice(at), ours)
        if (parsed.ok) return { keyId: parsed.id }
        // Inside a word, a wrong checksum means another product's token: its `tak_…` contains our `ak_…`.
        if (at === 0 && parsed.reason.startsWith('checksum')) return { keyId: null }
      }
    }
  }
  return null
}

/** Decodes byte by byte: tokens are ASCII, and `decodeURIComponent` throws on bytes that are not UTF-8. */
function decodeEscapes(url: string): string {
  return url.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
