import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isPublicAddress } from '../src/address/is-public-address.js'
import { parseEndpointUrl } from '../src/index.js'

interface Row {
  readonly n: number
  readonly url: string
  readonly verdict: string
}
const rows: readonly Row[] = JSON.parse(readFileSync(new URL('vectors/ssrf.json', import.meta.url), 'utf8'))

describe('the URL of an endpoint (HOOK-9, T29)', () => {
  it.each(rows)('U$n: $url is $verdict', ({ url, verdict }) => {
    const found = parseEndpointUrl(url)
    const told = found.ok ? `ok:${found.address === null ? 'resolve+check' : 'literal'}` : `REJECT:${found.fault}`
    expect(told).toBe(verdict.split(' ')[0])
  })

  it('has at most 2048 characters (HOOK-13)', () => {
    const long = (length: number) => `https://example.com/`.padEnd(length, 'x')
    expect(parseEndpointUrl(long(2_048)).ok).toBe(true)
    expect(parseEndpointUrl(long(2_049))).toEqual({ ok: false, fault: 'length' })
  })

  it.each([undefined, null, 7, {}, ['https://example.com/']])('is a text, and not %j', (value) => {
    expect(parseEndpointUrl(value)).toEqual({ ok: false, fault: 'parse' })
  })

  it('may be of this machine where a developer allows it, and of no other inner one', () => {
    const rules = { allowLoopback: true }
    for (const url of ['http://127.0.0.1:3000/', 'http://localhost:3000/', 'http://[::1]/', 'https://127.0.0.2/'])
      expect(parseEndpointUrl(url, rules).ok).toBe(true)
    for (const url of ['http://10.0.0.5/', 'http://example.com/', 'https://169.254.169.254/', 'http://[fe80::1]/'])
      expect(parseEndpointUrl(url, rules).ok).toBe(false)
  })

  it('is refused with any address of this machine, however it is spelt', () => {
    const part = fc.integer({ min: 0, max: 255 })
    const spellings = fc.oneof(
      fc.tuple(part, part, part).map((parts) => `127.${parts.join('.')}`),
      fc.tuple(part, part).map(([a, b]) => `0x7f.${a}.${b}`),
      fc.integer({ min: 0x7f000000, max: 0x7fffffff }).map(String),
      fc.tuple(part, part, part).map(([a, b, c]) => `[::ffff:127.${a}.${b}.${c}]`),
      fc.tuple(part, part, part).map(([a, b, c]) => `[64:ff9b::127.${a}.${b}.${c}]`),
    )
    fc.assert(
      fc.property(spellings, (host) => {
        expect(parseEndpointUrl(`https://${host}/`)).toEqual({ ok: false, fault: 'address' })
      }),
    )
  })

  it('names as public what is, and nothing that is no address', () => {
    for (const address of ['8.8.8.8', '172.32.0.1', '2606:4700::1111', '2a00:1450::1'])
      expect(isPublicAddress(address)).toBe(true)
    for (const address of ['', '127.1', '8.8.8', 'example.com', '8.8.8.8 ', '2606:4700::1111%eth0', 'fe80::1%1'])
      expect(isPublicAddress(address)).toBe(false)
  })
})
