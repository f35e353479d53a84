import { isIPv4 } from 'node:net'
import { InvalidOptions } from '../errors/index.js'
import { containsRange, formatIpRange, type IpRange, parseIp, parseIpRange } from '../limits/index.js'
import { trimOws } from './header-syntax.js'

/** Where a request came from. */
export interface ClientIpInput {
  /** The address at the other end of the socket; none where there is no network between. */
  readonly remoteAddress: string | null | undefined
  /** Every field line as it came. Only `X-Forwarded-For` is looked at. */
  readonly fields: readonly (readonly [name: string, value: string])[]
}

/**
 * Tells the client's address in its normal form, or `null` where it is unknown: the first one, going back from the socket,
 * that is not a trusted proxy. What a client writes into `X-Forwarded-For` stands farther back than what our own proxies
 * add, and is never reached (HTTP-15). An entry that is no address ends the way: the hop before it is the client.
 *
 * @param trustedProxies - What {@link readTrustedProxies} returned. Without any, the header is not read.
 */
export function clientIp({ remoteAddress, fields }: ClientIpInput, trustedProxies: readonly string[]): string | null {
  // Four numbers are their own normal form, and what most requests have.
  if (trustedProxies.length === 0 && isIPv4(remoteAddress ?? '')) return remoteAddress ?? null
  let hop = parseIp(remoteAddress ?? '')
  if (hop === null) return null
  const proxies = trustedProxies.map(parseIpRange).filter((range) => range !== null)
  if (isAmong(proxies, hop)) {
    for (const entry of forwardedFor(fields).reverse()) {
      const next = parseIp(entry)
      if (next === null) break
      hop = next
      if (!isAmong(proxies, hop)) break
    }
  }
  return formatIpRange(hop)
}

/** Tells whether the other end of the socket is one of our proxies, whose `X-Forwarded-*` fields may be believed. */
export function isTrustedProxy(
  remoteAddress: ClientIpInput['remoteAddress'],
  trustedProxies: readonly string[],
): boolean {
  const address = parseIp(remoteAddress ?? '')
  const proxies = trustedProxies.map(parseIpRange).filter((range) => range !== null)
  return address !== null && isAmong(proxies, address)
}

/**
 * Reads the addresses and CIDR ranges of the proxies in front of this server.
 *
 * @throws InvalidOptions, naming the entry.
 */
export function readTrustedProxies(value: unknown = []): readonly string[] {
  if (!Array.isArray(value)) throw new InvalidOptions('trustedProxies', 'a list of addresses and CIDR ranges')
  return value.map((entry: unknown, index) => {
    const range = typeof entry === 'string' ? parseIpRange(entry) : null
    // Trust in every address would make the client's own words the answer.
    if (range === null || range.bits === 0) {
      throw new InvalidOptions(
        `trustedProxies[${index}]`,
        'an address or CIDR range such as 10.0.0.0/8, not all addresses',
      )
    }
    return formatIpRange(range)
  })
}

/** The entries of all lines, in their order: a proxy may add to the last line, or add a line. */
function forwardedFor(fields: ClientIpInput['fields']): string[] {
  return fields
    .filter(([name]) => name.toLowerCase() === 'x-forwarded-for')
    .flatMap(([, value]) => value.split(','))
    .map(trimOws)
}

function isAmong(ranges: readonly IpRange[], address: IpRange): boolean {
  return ranges.some((range) => containsRange(range, address))
}
