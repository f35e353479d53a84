import fc from 'fast-check'
import proxyAddr from 'proxy-addr'
import { describe, expect, it } from 'vitest'
import { InvalidOptions } from '../../src/errors/input-errors.js'
import { clientIp } from '../../src/http/client-ip.js'
import type { TrustProxy } from '../../src/http/proxy-types.js'
import { readTrustedProxies } from '../../src/http/trusted-proxies.js'

const trusted = (trusts: TrustProxy, addresses: readonly string[]) => addresses.filter((one) => trusts(one, 0))

describe('readTrustedProxies (HTTP-15)', () => {
  it.each<[unknown, readonly string[], readonly string[]]>([
    ['loopback', ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'], ['10.0.0.1', '::2', '128.0.0.1']],
    ['linklocal', ['169.254.7.7', 'fe80::1', 'febf::1', 'fe80::1%eth0'], ['169.255.0.1', 'fec0::1']],
    ['uniquelocal', ['10.0.0.1', '172.31.0.1', '192.168.0.1', 'fc00::1', 'fdff::1'], ['172.32.0.1', 'fe00::1']],
    [
      ['loopback', '192.0.2.0/24'],
      ['127.0.0.1', '192.0.2.200'],
      ['192.0.3.1', '10.0.0.1'],
    ],
    ['loopback, 192.0.2.7 ,2001:db8::/32', ['::1', '192.0.2.7', '2001:db8:9::1'], ['192.0.2.8', '2001:db9::1']],
    [
      ['10.1.2.3/8', '::ffff:192.0.2.1'],
      ['10.9.9.9', '192.0.2.1'],
      ['11.0.0.1', '192.0.2.2'],
    ],
    [[], [], ['127.0.0.1', '']],
    [undefined, [], ['127.0.0.1', '']],
    ['uniquelocal', [], ['', 'unknown', 'localhost', '10.1', '/run/app.sock']],
  ])('of %j trusts %j, and not %j', (value, yes, no) => {
    expect(trusted(readTrustedProxies(value), [...yes, ...no])).toEqual(yes)
  })

  it('trusts as many hops as it is told, whatever their addresses, also of a socket that has none', () => {
    const trusts = readTrustedProxies(2)
    expect([0, 1, 2, 3].map((hop) => trusts('', hop))).toEqual([true, true, false, false])
    expect(readTrustedProxies(0)('127.0.0.1', 0)).toBe(false)
    const fields = [['X-Forwarded-For', '198.51.100.1, 203.0.113.9']] as const
    expect(clientIp({ fields }, readTrustedProxies(1))).toBe('203.0.113.9')
    expect(clientIp({ fields, remoteAddress: '10.0.0.1' }, trusts)).toBe('198.51.100.1')
    expect(clientIp({ fields: [], remoteAddress: '10.0.0.1' }, trusts)).toBeNull()
  })

  it.each([
    ...[true, false, null, {}, '', 'loopback,', 'framework', ['10.1'], ['localnet'], [1], [['loopback']], [undefined]],
    ...[['0.0.0.0/0'], ['10.0.0.1', '::/0'], '::ffff:0:0/96', -1, 1.5, Number.NaN, 101, ['10.0.0.0/255.0.0.0']],
  ])('refuses %o at start-up, with a whole sentence', (value) => {
    expect(() => readTrustedProxies(value)).toThrow(InvalidOptions)
    expect(() => readTrustedProxies(value)).toThrow(/^Option trustedProxies\S* must .{10,}\.$/)
  })

  /** `proxy-addr`, by which Express and, with a copy of its own, Fastify find `req.ip`. */
  describe('finds the client that proxy-addr finds', () => {
    const v4 = fc.constantFrom('127.0.0.1', '10.0.0.7', '10.200.0.1', '169.254.0.9', '192.0.2.1', '203.0.113.9')
    const v6 = fc.constantFrom('::1', 'fe80::7', 'fd00::1', '2001:db8::1', '2001:db8:1::9', '::ffff:10.0.0.7')
    // The library cannot read an address of IPv6 that ends as one of IPv4, unless it is one.
    const plainV6 = fc.ipV6().filter((text) => !text.includes('.'))
    const address = fc.oneof(v4, v6, fc.ipV4(), plainV6)
    // A range of IPv6 that contains IPv4 in its other writing is none of ours: it is left to the table above.
    const network = fc.constantFrom('10.0.0.0/8', '192.0.2.0/24', '203.0.113.9/32', '2001:db8::/48', 'fc00::/7')
    const name = fc.constantFrom('loopback', 'linklocal', 'uniquelocal')
    const list = fc.array(fc.oneof(name, network, v4, v6), { minLength: 1, maxLength: 4 })
    const chain = fc.array(address, { minLength: 1, maxLength: 5 })

    const byLibrary = (peer: string, entries: readonly string[], trust: Parameters<typeof proxyAddr>[1]) =>
      proxyAddr({ socket: { remoteAddress: peer }, headers: { 'x-forwarded-for': entries.join(', ') } } as never, trust)
    const byCore = (peer: string, entries: readonly string[], trusts: TrustProxy) =>
      clientIp({ remoteAddress: peer, fields: [['X-Forwarded-For', entries.join(', ')]] }, trusts)
    const normal = (text: string) => clientIp({ remoteAddress: text, fields: [] }, () => false)

    it('behind named proxies', () => {
      let behind = 0
      fc.assert(
        fc.property(address, chain, list, (peer, entries, names) => {
          const found = byCore(peer, entries, readTrustedProxies(names))
          expect(found).toBe(normal(byLibrary(peer, entries, names)))
          if (found !== normal(peer)) behind += 1
        }),
        { numRuns: 2_000 },
      )
      expect(behind).toBeGreaterThan(200)
    })

    it('behind a number of proxies', () => {
      fc.assert(
        fc.property(address, chain, fc.nat({ max: 6 }), (peer, entries, hops) => {
          const expected = byLibrary(peer, entries, (_, hop) => hop < hops)
          expect(byCore(peer, entries, readTrustedProxies(hops))).toBe(normal(expected))
        }),
        { numRuns: 1_000 },
      )
    })

    it('but for a proxy that names nobody, or writes what cannot be read: there the client is unknown (HTTP-21)', () => {
      const trusts = readTrustedProxies('loopback')
      for (const entries of [[], [''], ['unknown'], ['203.0.113.9', '']]) {
        expect(byLibrary('127.0.0.1', entries, 'loopback')).not.toBe(null)
        expect(byCore('127.0.0.1', entries, trusts)).toBeNull()
      }
      // Express and Fastify take the text behind a port for the client, as it stands.
      expect(byLibrary('127.0.0.1', ['203.0.113.9', '127.0.0.2:4711'], 'loopback')).toBe('127.0.0.2:4711')
      expect(byCore('127.0.0.1', ['203.0.113.9', '127.0.0.2:4711'], trusts)).toBe('203.0.113.9')
    })
  })
})
