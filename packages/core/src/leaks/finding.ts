import { InvalidInput } from '../errors/index.js'
import { unprintable } from '../input/index.js'

const mostUrl = 256
const mostName = 64

/**
 * The place of a finding, as it may stand in logs: scheme, host and path of an address of the web, without user, query and fragment, and
 * without what could be a token. `null`: it is no such address.
 *
 * @param token - What was found: a place that repeats it must not tell it.
 */
export function shownUrl(url: unknown, token: string): string | null {
  if (typeof url !== 'string' || url.length > 8_192 || !URL.canParse(url)) return null
  const { protocol, origin, hostname, pathname } = new URL(url)
  if ((protocol !== 'https:' && protocol !== 'http:') || longText.test(hostname)) return null
  const path = pathname
    .split('/')
    .map((part) => (isTelling(part, token) ? '…' : part))
    .join('/')
  // A token of another product may have a slash in it.
  return `${origin}${decoded(path).includes(token) ? '/…' : path}`.slice(0, mostUrl)
}

/** As long as a token, which no name of a commit is. */
const longText = /[\w-]{41,}/

function isTelling(part: string, token: string): boolean {
  const text = decoded(part)
  return part.includes(token) || text.includes(token) || longText.test(text)
}

/** Byte by byte: tokens are ASCII, and `decodeURIComponent` throws on bytes that are not UTF-8. */
function decoded(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

/** The name of a source, which whoever reports chose: short and printable, or `null`. */
export function shownName(name: unknown, token: string): string | null {
  if (typeof name !== 'string' || name === '' || name.length > mostName) return null
  return unprintable.test(name) || name.includes(token) || longText.test(name) ? null : name
}

/** @throws InvalidInput for what is no text. */
export function requireToken(token: unknown): string {
  if (typeof token === 'string') return token
  throw new InvalidInput('token', 'a string: of a Secret, what reveal() gives')
}
