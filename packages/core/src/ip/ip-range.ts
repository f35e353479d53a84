import { isIP } from 'node:net'

const bracketed = /^\[([^\]]*:[^\]]*)\](?::(\d{1,5}))?$/
const withPort = /^([\d.]+):(\d{1,5})$/
const zone = /(?<=:.*)%[\w.~-]+$/

/** The addresses that share the first `bits` bits of an address; all bits: that address alone. */
export interface IpRange {
  /** The address by 16 bits each: two of IPv4, eight of IPv6. */
  readonly groups: readonly number[]
  readonly bits: number
}

/**
 * Parses one address; anything else gives `null`. It refuses octal and short IPv4 forms and zones, because programs disagree
 * about them. An IPv4 address written as IPv6 (`::ffff:192.0.2.1`) gives the IPv4 address.
 */
export function parseIp(text: string): IpRange | null {
  const version = isIP(text)
  // `isIP` accepts a zone.
  if (version === 0 || text.includes('%')) return null
  const groups = version === 4 ? readGroup(text) : readGroups(text)
  const isMapped = groups.length === 8 && groups.slice(0, 6).join() === '0,0,0,0,0,65535'
  return wholeOf(isMapped ? groups.slice(6) : groups)
}

/**
 * Reads the address of somebody as sockets, hosts and proxies write it, or gives `null`: an address as {@link parseIp} reads it,
 * also with a port behind it (`192.0.2.1:4711`, `[2001:db8::1]:4711`), in brackets, or between spaces and tabs. A zone
 * (`fe80::1%eth0`) is dropped: it names an interface of the machine that wrote it, not the one who asks.
 */
export function parsePeer(text: string): IpRange | null {
  if (text.length > 128) return null
  const trimmed = text.replace(/^[ \t]+|[ \t]+$/g, '')
  const [, address = trimmed, port = '0'] = bracketed.exec(trimmed) ?? withPort.exec(trimmed) ?? []
  return Number(port) > 65_535 ? null : parseIp(address.replace(zone, ''))
}

/** Reads an address or a CIDR range, or gives `null`. */
export function parseIpRange(text: string): IpRange | null {
  const slash = text.indexOf('/')
  const single = parseIp(slash === -1 ? text : text.slice(0, slash))
  if (single === null || slash === -1) return single

  const prefix = text.slice(slash + 1)
  if (!/^(0|[1-9][0-9]{0,2})$/.test(prefix)) return null
  const isMapped = isIpv4(single) && text.includes(':')
  const bits = Number(prefix) - (isMapped ? 96 : 0)
  return bits >= 0 && bits <= single.bits ? { ...single, bits } : null
}

/** Writes a range in its normal form: the bits after the prefix are 0, and a single address has no prefix length. */
export function formatIpRange({ groups, bits }: IpRange): string {
  const network = formatIp(groups.map((group, index) => group & maskOf(bits, index)))
  return bits === groups.length * 16 ? network : `${network}/${bits}`
}

/** Tests whether `outer` contains all of `inner`. A range of one IP version never contains an address of the other. */
export function containsRange(outer: IpRange, inner: IpRange): boolean {
  return (
    outer.groups.length === inner.groups.length &&
    outer.bits <= inner.bits &&
    outer.groups.every((group, index) => ((group ^ (inner.groups[index] ?? 0)) & maskOf(outer.bits, index)) === 0)
  )
}

export function isIpv4({ groups }: IpRange): boolean {
  return groups.length === 2
}

function wholeOf(groups: readonly number[]): IpRange {
  return { groups, bits: groups.length * 16 }
}

/** The bits of the group at `index` that lie among the first `bits` of an address. */
function maskOf(bits: number, index: number): number {
  const own = Math.min(Math.max(bits - index * 16, 0), 16)
  return 0xffff & (0xffff << (16 - own))
}

/** Writes an address as RFC 5952 says: in lower case, the first of the longest runs of zeros as `::`. */
function formatIp(groups: readonly number[]): string {
  if (groups.length === 2) return groups.flatMap((group) => [group >> 8, group & 255]).join('.')
  const text = groups.map((group) => group.toString(16)).join(':')
  const runs = text.match(/\b0(:0)+\b/g) ?? []
  const longest = runs.reduce((one, other) => (other.length > one.length ? other : one), '')
  return longest === '' ? text : text.replace(new RegExp(`:?\\b${longest}\\b:?`), '::')
}

/** Reads an IPv6 address that `isIP` accepts. */
function readGroups(text: string): readonly number[] {
  const [left = [], right = []] = text.split('::').map((half) => half.split(':').flatMap(readGroup))
  return [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right]
}

/** Reads what stands between two colons: 16 bits, none, or the 32 bits of `192.0.2.1`. */
function readGroup(group: string): readonly number[] {
  if (group === '') return []
  if (!group.includes('.')) return [Number.parseInt(group, 16)]
  const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number)
  return [a * 256 + b, c * 256 + d]
}
