import { InvalidInput } from '../errors/index.js'
import { containsRange, formatIpRange, type IpRange, parseIp, parseIpRange } from './ip-range.js'

const maxEntries = 100

/**
 * Reads a list of addresses and CIDR ranges into its normal form, without repetitions; the order stays. `null`, also for
 * `undefined`: any address; `[]`: none.
 *
 * @throws InvalidInput, naming the entry.
 */
export function readIpAllowList(value: unknown, field: string): readonly string[] | null {
  if (value === undefined || value === null) return null
  if (!Array.isArray(value) || value.length > maxEntries) {
    throw new InvalidInput(field, `null, or at most ${maxEntries} addresses and CIDR ranges`)
  }
  const entries = value.map((entry: unknown, index) => {
    const range = typeof entry === 'string' ? parseIpRange(entry) : null
    if (range === null) {
      throw new InvalidInput(
        `${field}[${index}]`,
        'an address or CIDR range such as 192.0.2.7, 192.0.2.0/24, 2001:db8::/32',
      )
    }
    return formatIpRange(range)
  })
  return [...new Set(entries)]
}

/** Whether a caller at `ip` may pass. Where there is a list, an address that is unknown or cannot be read may not. */
export function allowsIp(list: readonly string[] | null, ip: string | null | undefined): boolean {
  if (list === null) return true
  const address = parseIp(ip ?? '')
  return address !== null && holds(list, address)
}

/**
 * Whether each range of `child` lies within one of `parent`, so that a key with `child` may be made by one with `parent`.
 * Never true wrongly; false also where it takes two ranges of `parent` to cover one of `child`.
 */
export function isIpSubset(child: readonly string[] | null, parent: readonly string[] | null): boolean {
  if (parent === null) return true
  if (child === null) return false
  return child.every((entry) => {
    const range = parseIpRange(entry)
    return range !== null && holds(parent, range)
  })
}

function holds(list: readonly string[], inner: IpRange): boolean {
  return list.some((entry) => {
    const outer = parseIpRange(entry)
    return outer !== null && containsRange(outer, inner) // an entry that cannot be read lets nobody through
  })
}
