import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InvalidInput } from '../../src/errors/input-errors.js'
import { allowsIp, isIpSubset, parseIpAllowList } from '../../src/ip/ip-allow-list.js'

const range = fc.oneof(
  fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map(([ip, bits]) => `${ip}/${bits}`),
  fc.tuple(fc.ipV6(), fc.integer({ min: 96, max: 128 })).map(([ip, bits]) => `${ip}/${bits}`),
  // Few bits in play, so that ranges often lie within one another.
  fc.tuple(fc.nat({ max: 255 }), fc.integer({ min: 24, max: 32 })).map(([last, bits]) => `192.0.2.${last}/${bits}`),
)
const list = fc.array(range, { maxLength: 4 })
const ip = fc.oneof(
  fc.nat({ max: 255 }).map((last) => `192.0.2.${last}`),
  fc.ipV4(),
  fc.ipV6(),
)

describe('parseIpAllowList', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['192.0.2.7/32', '192.0.2.7'],
    ['192.0.2.7/24', '192.0.2.0/24'],
    ['192.0.2.7/0', '0.0.0.0/0'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['2001:db8::1/128', '2001:db8::1'],
    ['2001:db8:ffff::1/33', '2001:db8:8000::/33'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::ffff:c000:207', '192.0.2.7'],
    ['::ffff:192.0.2.7/120', '192.0.2.0/24'],
    ['::/0', '::/0'],
    ['::192.0.2.7', '::c000:207'],
    ['0:0:0:0:0:0:192.0.2.7', '::c000:207'],
    ['::', '::'],
    ['::1:0', '::1:0'],
    ['1:0:0:2:0:0:3:4', '1::2:0:0:3:4'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
    ['0:0:a0:0:0a:0:0:0', '0:0:a0:0:a::'],
  ])('reads %s as %s', (entry, normal) => {
    expect(parseIpAllowList([entry], 'ipAllowList')).toEqual([normal])
  })

  it.each([
    ...['127.1', '127.0.0.01', '0177.0.0.1', '0x7f.0.0.1', '2130706433', '1.2.3', '1.2.3.4.5', '256.0.0.1'],
    ...['fe80::1%eth0', 'fe80::1%eth0/64', ':::', '2001:db8::1::2', '::ffff:192.0.2.07', '[::1]', '1.2.3.4:80'],
    ...['1.2.3.4/33', '1.2.3.4/-1', '1.2.3.4/', '1.2.3.4/08', '1.2.3.4/2e1', '1.2.3.4/24/8', '::1/129'],
    ...['1.2.3.4/255.255.255.0', '::ffff:1.2.3.4/95', '', ' 1.2.3.4', '1.2.3.4\n', 'localhost', '*', null, 1, {}],
  ])('refuses %o', (entry) => {
    expect(() => parseIpAllowList(['192.0.2.1', entry], 'ipAllowList')).toThrow(
      expect.objectContaining({ name: 'InvalidInput', field: 'ipAllowList[1]' }),
    )
  })

  it('reads null and undefined as any address, and an empty list as none', () => {
    expect([null, undefined, []].map((value) => parseIpAllowList(value, 'ip'))).toEqual([null, null, []])
  })

  it.each([['192.0.2.1'], [{}], [Array.from({ length: 101 }, (_, at) => `192.0.2.${at}`)]])(
    'refuses %o as a whole list',
    (value) => {
      expect(() => parseIpAllowList(value, 'ip')).toThrow(InvalidInput)
    },
  )

  it('is idempotent, and removes duplicates', () => {
    fc.assert(
      fc.property(list, (entries) => {
        const once = parseIpAllowList([...entries, ...entries], 'ip')
        expect(parseIpAllowList(once, 'ip')).toEqual(once)
        expect(new Set(once).size).toBe(once?.length)
      }),
    )
  })
})

describe('allowsIp', () => {
  it.each([
    [null, '192.0.2.7', true],
    [null, undefined, true],
    [[], '192.0.2.7', false],
    [['192.0.2.7'], '192.0.2.7', true],
    [['192.0.2.7'], '192.0.2.8', false],
    [['192.0.2.0/24'], '192.0.2.255', true],
    [['192.0.2.0/24'], '192.0.3.0', false],
    [['192.0.2.0/24'], '::ffff:192.0.2.9', true],
    [['192.0.2.0/24'], '::ffff:c000:209', true],
    [['192.0.2.0/24'], '::192.0.2.9', false],
    [['192.0.2.0/24'], '::c000:209', false],
    [['0.0.0.0/0'], '2001:db8::1', false],
    [['::/0'], '192.0.2.7', false],
    [['::/0'], '::ffff:192.0.2.7', false],
    [['2001:db8::/32'], '2001:db8:1::', true],
    [['198.51.100.1', '2001:db8::/32'], '2001:DB8::1', true],
    [['192.0.2.0/24'], '192.0.2.0/24', false],
    [['127.0.0.1'], '127.1', false],
    [['fe80::/10'], 'fe80::1%eth0', true],
    [['192.0.2.7'], '192.0.2.7:4711', true],
    [['10.0.0.0/8'], '192.0.2.7:4711', false],
    [['2001:db8::/32'], '[2001:db8::1]:4711', true],
    [['2001:db8::/32'], '[2001:db8::1]', true],
    [['192.0.2.7'], '192.0.2.7:65536', false],
    [['192.0.2.7'], '"192.0.2.7"', false],
    [['0.0.0.0/0'], null, false],
    [['0.0.0.0/0'], undefined, false],
    [['0.0.0.0/0'], '', false],
    [['0.0.0.0/0'], 'unknown', false],
    [['not an address', '192.0.2.7'], '192.0.2.7', true],
    [['not an address'], '192.0.2.7', false],
  ])('of %o, for the address %s, is %s (HTTP-21)', (entries, address, expected) => {
    expect(allowsIp(entries, address)).toBe(expected)
  })
})

describe('isIpSubset', () => {
  it.each([
    [null, null, true],
    [['0.0.0.0/0'], null, true],
    [null, ['0.0.0.0/0', '::/0'], false],
    [[], [], true],
    [['192.0.2.7'], [], false],
    [['192.0.2.7', '192.0.2.128/25'], ['192.0.2.0/24'], true],
    [['192.0.2.0/24'], ['192.0.2.7'], false],
    [['192.0.2.0/23'], ['192.0.2.0/24'], false],
    [['192.0.2.7', '198.51.100.1'], ['192.0.2.0/24'], false],
    [['192.0.2.7'], ['::/0'], false],
    [['::ffff:192.0.2.7'], ['192.0.2.0/24'], true],
    [['not an address'], ['0.0.0.0/0'], false],
  ])('of %o within %o is %s', (child, parent, expected) => {
    expect(isIpSubset(child, parent)).toBe(expected)
  })

  it('is true only where the parent allows every address that the child allows', () => {
    fc.assert(
      fc.property(list, list, ip, (child, parent, address) => {
        if (isIpSubset(child, parent) && allowsIp(child, address)) expect(allowsIp(parent, address)).toBe(true)
      }),
      { numRuns: 1_000 },
    )
  })

  it('is true of a list and itself, and of a parent with further entries', () => {
    fc.assert(fc.property(list, list, (entries, more) => isIpSubset(entries, [...more, ...entries])))
  })
})
