import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** The addresses that share the first `bits` bits of `address`; all bits: that address alone. */
export interface IpRange {
  readonly address: ipaddr.IPv4 | ipaddr.IPv6
  readonly bits: number
}

/**
 * Reads one address, or gives `null`. Strict, for others read the lax forms otherwise: no octal or short IPv4, no zone.
 * An IPv4 address that is written as IPv6 (`::ffff:192.0.2.1`) is the IPv4 address.
 */
export function parseIp(text: string): IpRange | null {
  // `isIP` is strict where ipaddr.js is not, but lets a zone through.
  if (isIP(text) === 0 || text.includes('%')) return null
  const address = ipaddr.process(text)
  return { address, bits: widthOf(address) }
}

/** Reads an address or a CIDR range, or gives `null`. */
export function parseIpRange(text: string): IpRange | null {
  const slash = text.indexOf('/')
  const single = parseIp(slash === -1 ? text : text.slice(0, slash))
  if (single === null || slash === -1) return single

  const prefix = text.slice(slash + 1)
  if (!/^(0|[1-9][0-9]{0,2})$/.test(prefix)) return null
  const isMapped = single.address.kind() === 'ipv4' && text.includes(':')
  const bits = Number(prefix) - (isMapped ? 96 : 0)
  return bits >= 0 && bits <= single.bits ? { address: single.address, bits } : null
}

/** Writes a range in its one normal form: bits after the prefix are 0, and a single address has no prefix. */
export function formatIpRange({ address, bits }: IpRange): string {
  if (bits === widthOf(address)) return address.toString()
  const family = address.kind() === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6
  return `${family.networkAddressFromCIDR(`${address}/${bits}`)}/${bits}`
}

/** Whether all of `inner` is in `outer`. No IPv6 range holds an IPv4 address, nor the other way round. */
export function containsRange(outer: IpRange, inner: IpRange): boolean {
  return (
    outer.address.kind() === inner.address.kind() &&
    outer.bits <= inner.bits &&
    inner.address.match(outer.address, outer.bits)
  )
}

function widthOf(address: IpRange['address']): number {
  return address.kind() === 'ipv4' ? 32 : 128
}
