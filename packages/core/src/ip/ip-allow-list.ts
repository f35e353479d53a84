import { InvalidInput } from '../errors/index.js'
import { containsRange, formatIpRange, type IpRange, parseIpRange, parsePeer } from './ip-range.js'

export const maxEntries = 100

/**
 * Parses a list of addresses and CIDR ranges into its normal form. It drops repetitions and keeps the order. `null` and
 * `undefined` give `null`, which allows any address; `[]` allows none.
 *
 * @throws {@link InvalidInput} when the list has more than 100 entries, or an entry is malformed.
 */
export function parseIpAllowList(value: unknown, field: string): readonly string[] | null {
  if (value === undefined || value === null) return null
  if (!Array.isArray(value) || value.length > maxEntries) {
    throw new InvalidInput(field, `a list of at most ${maxEntries} addresses and CIDR ranges, or null`)
  }
  const entries = value.map((entry: unknown, index) => {
    const range = typeof entry === 'string' ? parseIpRange(entry) : null
    if (range === null) {
      throw new InvalidInput(
        `${field}[${index}]`,
        'an address or CIDR range such as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32',
      )
    }
    return formatIpRange(range)
  })
  return [...new Set(entries)]
}

/** Tests whether a caller at `ip` may use a key. A list refuses an address that is unknown or cannot be parsed. */
export function allowsIp(list: readonly string[] | null, ip: string | null | undefined): boolean {
  if (list === null) return true
  const address = parsePeer(ip ?? '')
  return address !== null && includes(list, address)
}

/**
 * Tests whether each range of `child` lies within one range of `parent`. A key with the list `parent` may then create a key with
 * the list `child`. If only two ranges of `parent` together cover a range of `child`, the result is `false`.
 */
export function isIpSubset(child: readonly string[] | null, parent: readonly string[] | null): boolean {
  if (parent === null) return true
  if (child === null) return false
  return child.every((entry) => {
    const range = parseIpRange(entry)
    return range !== null && includes(parent, range)
  })
}

function includes(list: readonly string[], inner: IpRange): boolean {
  return list.some((entry) => {
    const outer = parseIpRange(entry)
    return outer !== null && containsRange(outer, inner) // a malformed entry allows no address
  })
}
