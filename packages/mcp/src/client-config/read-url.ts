import { InvalidInput } from '@keywright/core'

const expected = 'an http or https URL of at most 2000 characters, without user name, password and fragment'

/**
 * The URL in ASCII, and without a character that a client or a shell would expand.
 *
 * @throws InvalidInput
 */
export function readUrl(input: string | URL): string {
  const text = input instanceof URL ? input.href : input
  // The parser would drop line breaks and tabs without a word, and what was checked were not what is written.
  if (typeof text !== 'string' || text.length > 2000 || /[\s\p{C}]/u.test(text) || !URL.canParse(text)) {
    throw new InvalidInput('url', expected)
  }
  const { protocol, hostname, username, password, hash, href } = new URL(text)
  const isPlain = /^https?:$/.test(protocol) && `${username}${password}${hash}` === '' && !href.endsWith('#')
  // The standard lets `${x}` be a host name, where it cannot be percent-encoded.
  if (!isPlain || !/^(?:[a-z0-9._-]+|\[[0-9a-f:]+\])$/.test(hostname)) throw new InvalidInput('url', expected)
  return href.replace(/[$'`{|}\\^]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** Whether a key sent there can be read on the way. */
export function isInTheClear(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'http:' && !/^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)
}
