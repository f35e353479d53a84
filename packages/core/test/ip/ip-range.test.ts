import { isIP } from 'node:net'
import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { describe, expect, it } from 'vitest'
import { containsRange, formatIpRange, parseIp, parseIpRange } from '../../src/ip/ip-range.js'

/** Groups with many zeros, so that `::` has runs of all lengths to choose from. */
const group = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.nat({ max: 0xffff }) },
  { weight: 1, arbitrary: fc.constant(0xffff) },
)
const groups = fc.array(group, { minLength: 8, maxLength: 8 })
const spell = fc.record({ upper: fc.boolean(), padded: fc.boolean(), dotted: fc.boolean(), short: fc.nat({ max: 7 }) })

/** Some spelling of an IPv6 address: padded, in capitals, the end in dots, any run of zeros left out. */
const ipv6 = fc.tuple(groups, spell).map(([parts, { upper, padded, dotted, short }]) => {
  const hex = parts.map((part) => part.toString(16).padStart(padded ? 4 : 1, '0'))
  const [high = 0, low = 0] = parts.slice(6)
  const tail = dotted ? [[high >> 8, high & 255, low >> 8, low & 255].join('.')] : hex.slice(6)
  const all = [...hex.slice(0, 6), ...tail]
  const shown = parts.slice(0, dotted ? 6 : 8)
  let end = short
  while (shown[end] === 0) end += 1
  const text =
    end > short && end <= shown.length ? `${all.slice(0, short).join(':')}::${all.slice(end).join(':')}` : all.join(':')
  return upper ? text.toUpperCase() : text
})
const address = fc.oneof(
  ipv6,
  fc.ipV4(),
  fc.ipV6(),
  fc.ipV4().map((ip) => `::ffff:${ip}`),
  fc.ipV4().map((ip) => `::${ip}`),
)

/** What ipaddr.js makes of it. It takes `::192.0.2.1` for IPv4, and `::c000:201`, the same address, for IPv6: both are IPv6. */
function reference(text: string): ipaddr.IPv4 | ipaddr.IPv6 {
  const [, tail] = /^::(\d+\.\d+\.\d+\.\d+)$/.exec(text) ?? []
  return ipaddr.process(tail === undefined ? text : `0::${tail}`)
}

/** A range and a neighbour that differs from its address in one bit. */
const pair = fc.tuple(address, address, fc.nat({ max: 128 }), fc.boolean())

const format = (text: string): string | null => {
  const range = parseIp(text)
  return range === null ? null : formatIpRange(range)
}

describe('an address or a range, beside ipaddr.js', () => {
  it('is written in the same normal form, however it is spelt', () => {
    fc.assert(
      fc.property(address, (text) => {
        expect(isIP(text)).not.toBe(0)
        expect(format(text)).toBe(reference(text).toString())
      }),
      { numRuns: 5_000 },
    )
  })

  it('is refused where it is no address, and read where it is one', () => {
    const character = fc.constantFrom(...'0123456789abcdefF:.%/[] \n')
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: character, maxLength: 45 }), fc.string()), (text) => {
        expect(parseIp(text) !== null).toBe(isIP(text) !== 0 && !text.includes('%'))
      }),
      { numRuns: 5_000 },
    )
  })

  it('is the same network, and holds the same addresses', () => {
    fc.assert(
      fc.property(pair, ([text, other, bits, isNear]) => {
        const [ours, its] = [parseIp(text), reference(text)]
        if (ours === null) throw new Error('not read')
        const range = { ...ours, bits: Math.min(bits, ours.bits) }
        const family = its.kind() === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6
        const network = family.networkAddressFromCIDR(`${its}/${range.bits}`).toString()
        expect(formatIpRange(range)).toBe(range.bits === ours.bits ? network : `${network}/${range.bits}`)

        const bytes = its.toByteArray()
        const at = Math.min(range.bits, ours.bits - 1)
        const flipped = bytes.map((byte, index) => (index === at >> 3 ? byte ^ (0x80 >> (at & 7)) : byte))
        const near = isNear ? ipaddr.fromByteArray(flipped).toString() : other
        const [inner, itsInner] = [parseIp(near), reference(near)]
        if (inner === null) throw new Error('not read')
        const holds = its.kind() === itsInner.kind() && itsInner.match(its, range.bits)
        expect(containsRange(range, inner)).toBe(holds)
      }),
      { numRuns: 5_000 },
    )
  })

  it('gives back what it wrote', () => {
    fc.assert(
      fc.property(address, fc.nat({ max: 128 }), (text, bits) => {
        const range = parseIp(text)
        if (range === null) throw new Error('not read')
        const written = formatIpRange({ ...range, bits: Math.min(bits, range.bits) })
        const read = parseIpRange(written)
        expect(read === null ? null : formatIpRange(read)).toBe(written)
      }),
    )
  })
})
