import { isIPv4 } from 'node:net'
import { formatIpRange, isIpv4, parsePeer } from './ip-range.js'

/**
 * Returns the network of one subscriber: an IPv4 address itself, or the /64 of an IPv6 address. Returns `null` if there is no
 * address, or it cannot be parsed.
 */
export function ipNetwork(ip: string | null): string | null {
  if (ip !== null && isIPv4(ip)) return ip
  const range = parsePeer(ip ?? '')
  if (range === null) return null
  return formatIpRange({ ...range, bits: isIpv4(range) ? 32 : 64 })
}

/** The /48 of an IPv6 address, of which one site has all, with 65,536 networks in it; `null` for any other address. */
export function ipSite(ip: string | null): string | null {
  if (ip !== null && isIPv4(ip)) return null
  const range = parsePeer(ip ?? '')
  return range === null || isIpv4(range) ? null : formatIpRange({ ...range, bits: 48 })
}
