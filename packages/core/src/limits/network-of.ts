import { formatIpRange, parseIp } from './ip-range.js'

/**
 * The network that an address belongs to: an IPv4 address itself, the /64 of an IPv6 address, of which one subscriber has
 * all (RATE-6). `null` where there is no address that can be read.
 */
export function networkOf(ip: string | null): string | null {
  const range = parseIp(ip ?? '')
  if (range === null) return null
  return formatIpRange({ ...range, bits: range.address.kind() === 'ipv4' ? 32 : 64 })
}
