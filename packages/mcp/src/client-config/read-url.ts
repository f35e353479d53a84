import { InvalidInput } from '@keywright/core'

const expected = 'an http or https URL of at most 2000 characters, without user name, password and fragment'

/**
 * The URL in ASCII, without characters that a client or a shell would expand.
 *
 * @throws {@link InvalidInput} when it is not such a URL.
 */
export function readUrl(input: string | URL): string {
  const text = input instanceof URL ? input.href : input
  // The parser drops line breaks and tabs silently. The checked URL would then differ from the written one.
  if (typeof text !== 'string' || text.length > 2000 || /[\s\p{C}]/u.test(text) || !URL.canParse(text)) {
    throw new InvalidInput('url', expected)
  }
  const { protocol, hostname, username, password, hash, href } = new URL(text)
  const isPlain = /^https?:$/.test(protocol) && `${username}${password}${hash}` === '' && !href.endsWith('#')
  // The URL standard allows `${x}` as a host name, where it cannot be percent-encoded.
  if (!isPlain || !/^(?:[a-z0-9._-]+|\[[0-9a-f:]+\])$/.test(hostname)) throw new InvalidInput('url', expected)
  return href.replace(/[$'`{|}\\^]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** Whether others on the network could read a key that is sent there. */
export function isPlainHttp(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'http:' && !/^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)
}
