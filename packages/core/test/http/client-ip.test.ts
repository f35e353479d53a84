import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InvalidOptions } from '../../src/errors/index.js'
import { clientIp, readTrustedProxies } from '../../src/http/client-ip.js'

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
    ['a proxy that tells nothing', '10.0.0.1', [], '10.0.0.1'],
    ['only proxies: the farthest', '10.0.0.1', ['10.0.0.3, 10.0.0.2'], '10.0.0.3'],
    ['garbage ends the way', '10.0.0.1', ['203.0.113.9, unknown, 10.0.0.2'], '10.0.0.2'],
    ['an empty entry ends the way', '10.0.0.1', ['203.0.113.9,'], '10.0.0.1'],
    ['an empty line of the client does no harm', '10.0.0.1', ['', '203.0.113.9'], '203.0.113.9'],
    ['a short address ends the way', '10.0.0.1', ['203.0.113.9, 10.1'], '10.0.0.1'],
    ['a port ends the way', '10.0.0.1', ['203.0.113.9:4711'], '10.0.0.1'],
    ['a range is no address', '10.0.0.1', ['203.0.113.0/24'], '10.0.0.1'],
    ['a socket without an address', undefined, ['203.0.113.9'], null],
    ['a socket of another kind', '/run/app.sock', ['203.0.113.9'], null],
  ])('%s', (_, remoteAddress, lines, expected) => {
    expect(clientIp({ remoteAddress, fields: forwarded(...lines) }, proxies)).toBe(expected)
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

  it('is the same whatever the client writes into the header', () => {
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

  it('is the socket, whatever the header says, where no proxy is trusted', () => {
    fc.assert(
      fc.property(fc.ipV4(), anything, (peer, spoofed) => {
        expect(clientIp({ remoteAddress: peer, fields: forwarded(...spoofed) }, readTrustedProxies())).toBe(peer)
      }),
    )
  })
})

describe('readTrustedProxies', () => {
  it('gives normal forms', () => {
    expect(readTrustedProxies(['10.1.2.3/8', '::ffff:192.0.2.1'])).toEqual(['10.0.0.0/8', '192.0.2.1'])
  })

  it.each([[true], ['10.0.0.0/8'], [['10.1']], [['loopback']], [[1]], [['0.0.0.0/0']], [['10.0.0.1', '::/0']]])(
    'refuses %o at start-up',
    (value) => {
      expect(() => readTrustedProxies(value)).toThrow(InvalidOptions)
    },
  )
})
