import { wholeNumber } from '../check/index.js'
import { trimOws } from '../credential/index.js'
import { InvalidOptions } from '../errors/index.js'
import { containsRange, type IpRange, parseIpRange, parsePeer } from '../ip/index.js'
import { trustNobody } from './client-ip.js'
import type { GateRequest } from './gate-request.js'
import type { TrustProxy } from './proxy-types.js'

const ranges: ReadonlyMap<string, readonly string[]> = new Map([
  ['loopback', ['127.0.0.0/8', '::1']],
  ['linklocal', ['169.254.0.0/16', 'fe80::/10']],
  ['uniquelocal', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7']],
])

/** Read at the first request: reading addresses costs more than all else that importing this package does. */
let loopback: TrustProxy | undefined

/** Tests whether an address is one by which this machine reaches itself. */
export function isLoopback(address: string): boolean {
  loopback ??= readTrustedProxies('loopback')
  return loopback(address, 0)
}

/** What a request says that its framework trusts. */
export function requireTrusts({ trusts }: GateRequest): TrustProxy {
  if (trusts !== undefined) return trusts
  throw new TypeError('The request does not say which proxies its framework trusts.')
}

/**
 * Parses the option `trustedProxies`.
 *
 * @throws {@link InvalidOptions} when an entry is malformed, or contains all addresses.
 *
 * @example
 * ```ts
 * const trusts = readTrustedProxies(['10.0.0.0/8', 'loopback'])
 * const ip = clientIp({ remoteAddress: req.socket.remoteAddress, fields: fieldLines(req.rawHeaders) }, trusts)
 * ```
 */
export function readTrustedProxies(value: unknown = []): TrustProxy {
  if (typeof value === 'number') {
    const hops = wholeNumber(value, 'trustedProxies', { least: 0, most: 100 })
    return (_, hop) => hop < hops
  }
  const entries: unknown = typeof value === 'string' ? value.split(',').map(trimOws) : value
  if (!Array.isArray(entries)) {
    throw new InvalidOptions(
      'trustedProxies',
      'a list of addresses, CIDR ranges and names such as loopback, or a number',
    )
  }
  const trusted = entries.flatMap((entry: unknown, index) => parseEntry(entry, `trustedProxies[${index}]`))
  if (trusted.length === 0) return trustNobody
  return (text) => {
    const address = parsePeer(text)
    return address !== null && trusted.some((range) => containsRange(range, address))
  }
}

function parseEntry(entry: unknown, field: string): IpRange[] {
  const texts = typeof entry === 'string' ? (ranges.get(entry) ?? [entry]) : ['']
  return texts.map((text) => {
    const range = parseIpRange(text)
    const expected = 'an address, a CIDR range such as 10.0.0.0/8, loopback, linklocal or uniquelocal'
    if (range === null) throw new InvalidOptions(field, expected)
    if (range.bits > 0) return range
    // If every address is trusted, the client itself decides which address is used.
    const message = `Option ${field} must not trust all addresses.`
    throw new InvalidOptions(field, 'a range that excludes some addresses', message)
  })
}
