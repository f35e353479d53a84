import { InvalidOptions } from '@keywright/core'

/** Where clients reach the server: its origin, and the path in front of what the server sees. */
export interface BaseUrl {
  readonly origin: string
  /** `''`, or a path without a slash at its end. */
  readonly path: string
}

/** @throws {@link InvalidOptions} */
export function readBaseUrls(value: unknown): readonly BaseUrl[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw new InvalidOptions('baseUrls', "a list of URLs such as ['https://api.example.com']")
  }
  return value.map((text: unknown, at) => {
    const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : null
    const isPlain =
      url !== null && /^https?:$/.test(url.protocol) && url.username + url.password + url.search + url.hash === ''
    if (isPlain) return { origin: url.origin, path: url.pathname.replace(/\/$/, '') }
    throw new InvalidOptions(`baseUrls[${at}]`, 'a URL such as https://api.example.com, without a query')
  })
}

/**
 * Tests whether a proof is for the request: its `htu` is the target of the request below one of the base URLs, without query and
 * fragment (RFC 9449 §4.3). Both are compared in the normal form of URLs.
 *
 * @param target - The path of a request, or its URL, whose host counts for nothing.
 */
export function isOfUrl(htu: unknown, target: string, baseUrls: readonly BaseUrl[]): boolean {
  const named = typeof htu === 'string' ? normalForm(htu) : null
  const path = pathOf(target)
  if (named === null || path === null) return false
  return baseUrls.some((base) => normalForm(`${base.origin}${base.path}${path}`) === named)
}

function pathOf(target: string): string | null {
  // A path may begin with two slashes, and is no host for that.
  if (target.startsWith('/')) return target
  return URL.canParse(target) ? new URL(target).pathname : null
}

/** `null` for what is no URL of HTTP, or has a login. */
function normalForm(text: string): string | null {
  if (!URL.canParse(text)) return null
  const { protocol, username, password, origin, pathname } = new URL(text)
  if (!/^https?:$/.test(protocol) || username !== '' || password !== '') return null
  return `${origin}${pathname.replace(/%[0-9a-f]{2}/gi, plainEscape)}`
}

/** RFC 3986 §6.2.2: an escape of what needs none is the character itself, and digits are capital. */
function plainEscape(escaped: string): string {
  const character = String.fromCharCode(Number.parseInt(escaped.slice(1), 16))
  return /[0-9A-Za-z._~-]/.test(character) ? character : escaped.toUpperCase()
}
