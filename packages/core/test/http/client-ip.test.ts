import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clientIp } from '../../src/http/client-ip.js'
import { readTrustedProxies } from '../../src/http/trusted-proxies.js'

const proxies = readTrustedProxies(['10.0.0.0/8', '2001:db8:1::/48'])
const forwarded = (...lines: string[]) => lines.map((value) => ['X-Forwarded-For', value] as const)

describe('clientIp (HTTP-15)', () => {
  it.each([
    ['no proxy: the socket', '203.0.113.9', [], '203.0.113.9'],
    ['an untrusted peer cannot speak for another', '203.0.113.9', ['198.51.100.1'], '203.0.113.9'],
    ['one proxy', '10.0.0.1', ['203.0.113.9'], '203.0.113.9'],
    ['two proxies', '10.0.0.1', ['203.0.113.9, 10.0.0.2'], '203.0.113.9'],
    ['proxies of both families', '10.0.0.1', ['203.0.113.9,2001:DB8:1::7'], '203.0.113.9'],
    ['a spoofed entry before the real one', '10.0.0.1', ['127.0.0.1, 203.0.113.9'], '203.0.113.9'],
    ['a spoofed line before the real one', '10.0.0.1', ['127.0.0.1', '203.0.113.9'], '203.0.113.9'],
    ['a spoofed proxy before the real client', '10.0.0.1', ['127.0.0.1, 10.0.0.9, 203.0.113.9'], '203.0.113.9'],
    ['several lines are one list', '10.0.0.1', ['198.51.100.1', '203.0.113.9, 10.0.0.3', '10.0.0.2'], '203.0.113.9'],
    ['IPv4 written as IPv6', '::ffff:10.0.0.1', ['::ffff:203.0.113.9'], '203.0.113.9'],
    ['IPv6 in its normal form', '10.0.0.1', ['2001:DB8:0:0::1'], '2001:db8::1'],
    ['a proxy that tells nothing: unknown', '10.0.0.1', [], null],
    ['only proxies: the farthest', '10.0.0.1', ['10.0.0.3, 10.0.0.2'], '10.0.0.3'],
    ['an empty line of the client does no harm', '10.0.0.1', ['', '203.0.113.9'], '203.0.113.9'],
    ['garbage of the client does no harm', '10.0.0.1', ['unknown, 203.0.113.9'], '203.0.113.9'],
    ['a socket with a zone', 'fe80::1%eth0', ['203.0.113.9'], 'fe80::1'],
    ['a proxy whose socket has a zone', '2001:db8:1::1%eth0', ['203.0.113.9'], '203.0.113.9'],
    ['a socket without an address', undefined, ['203.0.113.9'], null],
    ['a socket of another kind', '/run/app.sock', ['203.0.113.9'], null],
  ])('finds the client of a request: %s', (_, remoteAddress, lines, expected) => {
    expect(clientIp({ remoteAddress, fields: forwarded(...lines) }, proxies)).toBe(expected)
  })

  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['203.0.113.9:4711', '203.0.113.9'],
    ['203.0.113.9:65535', '203.0.113.9'],
    [' \t203.0.113.9:4711\t ', '203.0.113.9'],
    ['2001:DB8::9', '2001:db8::9'],
    ['[2001:db8::9]', '2001:db8::9'],
    ['[2001:db8::9]:4711', '2001:db8::9'],
    ['2001:db8::9:4711', '2001:db8::9:4711'], // eight groups at most: an address of its own
    ['fe80::9%eth0', 'fe80::9'],
    ['[fe80::9%25eth0]:4711', 'fe80::9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['[::ffff:203.0.113.9]:4711', '203.0.113.9'],
    ['::ffff:203.0.113.9%eth0', '203.0.113.9'],
    ['203.0.113.9:4711, 10.0.0.8:4711', '203.0.113.9'],
  ])('reads an entry %s as %s (HTTP-21)', (entry, expected) => {
    const request = { remoteAddress: '10.0.0.5', fields: forwarded(`198.51.100.1, ${entry}, 10.0.0.7`) }
    expect(clientIp(request, proxies)).toBe(expected)
  })

  it.each([
    ...['unknown', '_hidden', '_SEVKISEK', 'client.example', 'localhost', '', ' ', '\u00a0203.0.113.9', '10.1', '10'],
    ...['203.0.113.0/24', '203.0.113.9:', '203.0.113.9:x', '203.0.113.9:65536', '203.0.113.9:123456', ':4711'],
    ...['203.0.113.9:4711:4711', '203.0.113.9 4711', '203.0.113.9%eth0', '0313.0.113.9', '"203.0.113.9"'],
    ...['"[2001:db8::9]:4711"', 'for=203.0.113.9', '[203.0.113.9]', '[203.0.113.9]:4711', '[2001:db8::9', '[]:4711'],
    ...['2001:db8::9]', '[2001:db8::9]4711', '[2001:db8::9]:', '[[2001:db8::9]]', '[2001:db8::9]:65536', 'fe80::9%'],
    ...['1:2:3:4:5:6:7:8:4711', '2001:db8::9/64', `${' '.repeat(9)}[${'0'.repeat(200)}::1]`],
  ])("takes an entry %o to make the address unknown, never the proxy's (HTTP-21)", (entry) => {
    for (const line of [entry, `203.0.113.9, ${entry}`, `203.0.113.9, ${entry}, 10.0.0.7`]) {
      expect(clientIp({ remoteAddress: '10.0.0.5', fields: forwarded(line) }, proxies)).toBeNull()
    }
  })

  it('reads the field in any spelling, and no other field', () => {
    const fields = [...forwarded('203.0.113.9'), ['X-Real-IP', '1.1.1.1'], ['Forwarded', 'for=1.1.1.1']] as const
    const lower = fields.map(([name, value]) => [name.toLowerCase(), value] as const)
    expect(clientIp({ remoteAddress: '10.0.0.1', fields: lower }, proxies)).toBe('203.0.113.9')
  })

  const untrusted = fc.ipV4().filter((address) => !address.startsWith('10.'))
  const chain = fc.array(
    fc.nat({ max: 255 }).map((last) => `10.0.0.${last}`),
    { maxLength: 3 },
  )
  const anything = fc.array(
    fc.oneof(fc.ipV4(), fc.ipV6(), fc.constant('10.0.0.7'), fc.string({ unit: 'binary-ascii' })),
    { maxLength: 4 },
  )

  it('behind trusted proxies is the same whatever the client writes into the header', () => {
    fc.assert(
      fc.property(
        untrusted,
        chain,
        anything,
        fc.constantFrom(', ', ','),
        fc.boolean(),
        (client, hops, spoofed, comma, ownLine) => {
          // What our proxies write: the client, then all of themselves but the last, which is the socket's other end.
          const ours = [client, ...hops].join(comma)
          const lines = ownLine ? [...spoofed, ours] : [[...spoofed, ours].join(comma)]
          const request = { remoteAddress: '10.0.0.1', fields: forwarded(...lines) }
          expect(clientIp(request, proxies)).toBe(client)
        },
      ),
    )
  })

  it('stands in the header or is unknown, whatever stands there, behind a trusted proxy (HTTP-21)', () => {
    const decorated = fc.oneof(fc.ipV4(), fc.ipV6(), fc.constant('10.0.0.7')).chain((address) => {
      return fc.constantFrom(
        address,
        `${address}:80`,
        `[${address}]`,
        `[${address}]:80`,
        `${address}%en0`,
        ` ${address} `,
      )
    })
    const entry = fc.oneof(
      { weight: 4, arbitrary: decorated },
      fc.constantFrom('', 'unknown', '_x', '10.1'),
      fc.string({ unit: 'binary-ascii' }),
    )
    fc.assert(
      fc.property(fc.array(fc.array(entry, { maxLength: 3 }), { maxLength: 3 }), (lines) => {
        const request = { remoteAddress: '10.0.0.5', fields: forwarded(...lines.map((line) => line.join(','))) }
        const found = clientIp(request, proxies)
        // What each entry says by itself, as a socket: the last that is no proxy, and nothing behind it unread.
        const entries = lines.flatMap((line) => line.join(',').split(','))
        const read = entries.map((one) => clientIp({ remoteAddress: one, fields: [] }, () => false))
        if (found === null) expect(read.length === 0 || read.includes(null)).toBe(true)
        else expect(read).toContain(found)
      }),
      { numRuns: 1_000 },
    )
  })

  it('is the socket, whatever the header says, where no proxy is trusted', () => {
    fc.assert(
      fc.property(fc.ipV4(), anything, (peer, spoofed) => {
        expect(clientIp({ remoteAddress: peer, fields: forwarded(...spoofed) }, readTrustedProxies())).toBe(peer)
      }),
    )
  })
})
