import { createHmac } from 'node:crypto'
import type { DpopQuestion } from '@keywright/core'
import fc from 'fast-check'
import { exportJWK, generateKeyPair } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { type DpopProofsOptions, dpopProofs } from '../src/index.js'
import { type Claims, type Client, newClient } from './proof-of.js'

const now = new Date('2030-01-01T00:00:30.500Z')
const token = 'tk_live_a1B2c3D4e5F6_Kq3vT8nB1xZr5WdY7pLc9MhJ2sFgA4eU3TDB0r'
const url = 'https://api.example.com/tasks'
const seconds = Math.floor(now.getTime() / 1_000)

let client: Client
beforeAll(async () => {
  client = await newClient()
})

const checkerOf = (options: Partial<DpopProofsOptions> = {}) =>
  dpopProofs({ baseUrls: ['https://api.example.com'], ...options })
const ask = (question: Partial<DpopQuestion> & { readonly proof: string }, options?: Partial<DpopProofsOptions>) =>
  checkerOf(options).check({ method: 'GET', url: '/tasks', token, jkt: client.jkt, now, ...question })
const faultOf = async (...asked: Parameters<typeof ask>) => {
  const verdict = await ask(...asked)
  return verdict.ok ? null : verdict.fault
}
const prove = (claims: Claims = {}, header: Parameters<Client['prove']>[2] = {}) =>
  client.prove({ method: 'GET', url, token, now }, claims, header)

describe('a proof', () => {
  it.each(['ES256', 'ES384', 'Ed25519', 'EdDSA'])('is good with a key for %s', async (alg) => {
    const other = await newClient(alg)
    const proof = await other.prove({ method: 'GET', url, token, now })
    expect(await ask({ proof, jkt: other.jkt })).toMatchObject({ ok: true, usableMs: 71_000 })
  })

  it.each(['PS256', 'RS256', 'ES512'] as const)('is good with a key for %s only where it is asked for', async (alg) => {
    const other = await newClient(alg)
    const proof = await other.prove({ method: 'GET', url, token, now })
    expect(await faultOf({ proof, jkt: other.jkt })).toBe('algorithm')
    expect(await faultOf({ proof, jkt: other.jkt }, { algorithms: [alg] })).toBeNull()
  })

  it.each<[string, Claims, Parameters<Client['prove']>[2], string]>([
    ['no jti', { jti: undefined }, {}, 'malformed'],
    ['an empty jti', { jti: '' }, {}, 'malformed'],
    ['a jti that is no text', { jti: 7 }, {}, 'malformed'],
    ['a jti as long as a page', { jti: 'x'.repeat(257) }, {}, 'malformed'],
    ['no method', { htm: undefined }, {}, 'method'],
    ['a method in small letters', { htm: 'get' }, {}, 'method'],
    ['no URL', { htu: undefined }, {}, 'url'],
    ['another path', { htu: `${url}/1` }, {}, 'url'],
    ['another host', { htu: 'https://api.example.org/tasks' }, {}, 'url'],
    ['another port', { htu: 'https://api.example.com:8443/tasks' }, {}, 'url'],
    ['plain HTTP', { htu: 'http://api.example.com/tasks' }, {}, 'url'],
    ['a login in the URL', { htu: 'https://a:b@api.example.com/tasks' }, {}, 'url'],
    ['a path alone', { htu: '/tasks' }, {}, 'url'],
    ['no time', { iat: undefined }, {}, 'time'],
    ['a time that is no number', { iat: '1' }, {}, 'time'],
    ['an old time', { iat: seconds - 66 }, {}, 'time'],
    ['a future time', { iat: seconds + 6 }, {}, 'time'],
    ['an end that has passed', { exp: seconds - 10 }, {}, 'time'],
    ['a beginning that is to come', { nbf: seconds + 10 }, {}, 'time'],
    ['no token', { ath: undefined }, {}, 'token'],
    ['another token', { ath: 'fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo' }, {}, 'token'],
    ['another type', {}, { typ: 'JWT' }, 'malformed'],
    ['no type', {}, { typ: undefined as never }, 'malformed'],
    ['no key', {}, { jwk: undefined as never }, 'malformed'],
    ['an extension that must be understood', {}, { crit: ['exp'], exp: 1 } as never, 'malformed'],
  ])('is none with %s', async (_, claims, header, fault) => {
    // jose signs no extension that it does not know.
    const made = await prove(claims, header).catch(() => 'e30.e30.c2ln')
    expect(await faultOf({ proof: made })).toBe(made === 'e30.e30.c2ln' ? 'algorithm' : fault)
  })

  it.each<[string, Claims]>([
    ['as old as may be', { iat: seconds - 65 }],
    ['as early as may be', { iat: seconds + 5 }],
    ['with a query', { htu: `${url}?a=1#b` }],
    ['with the port of its scheme', { htu: 'https://API.example.com:443/tasks' }],
    ['with an escape that none needs', { htu: 'https://api.example.com/%74asks' }],
    ['with a nonce that nobody asked for', { nonce: 'x' }],
  ])('is good %s', async (_, claims) => {
    expect(await faultOf({ proof: await prove(claims) })).toBeNull()
  })

  it.each([
    ['/tasks?a=1', null],
    ['/tasks#a', null],
    ['https://elsewhere.example/tasks?a=1', null],
    ['//tasks', 'url'],
    ['//api.example.com/tasks', 'url'],
    ['/Tasks', 'url'],
    ['/tasks/', 'url'],
    ['/tasks%2F', 'url'],
    ['*', 'url'],
    ['', 'url'],
  ])('is compared with the target %s of a request', async (target, fault) => {
    expect(await faultOf({ proof: await prove(), url: target })).toBe(fault)
  })

  it('is for what a proxy calls below another path, and for each name of the server', async () => {
    const baseUrls = ['https://a.example/v1/', 'https://b.example']
    const of = (htu: string) => prove({ htu }).then((proof) => faultOf({ proof }, { baseUrls }))
    expect(await of('https://a.example/v1/tasks')).toBeNull()
    expect(await of('https://b.example/tasks')).toBeNull()
    expect(await of('https://a.example/tasks')).toBe('url')
    expect(await of('https://b.example/v1/tasks')).toBe('url')
  })

  it('is none with a secret, without a signature, or with a private key in it', async () => {
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const claims = encode({ jti: 'a', htm: 'GET', htu: url, iat: seconds })
    const { privateKey } = await generateKeyPair('ES256', { extractable: true })
    const jwk = await exportJWK(privateKey)
    const secret = encode({ typ: 'dpop+jwt', alg: 'HS256', jwk: { kty: 'oct', k: 'c2VjcmV0' } })
    const signed = `${secret}.${claims}`
    const mac = createHmac('sha256', 'secret').update(signed).digest('base64url')
    expect(await faultOf({ proof: `${signed}.${mac}` })).toBe('algorithm')
    expect(await faultOf({ proof: `${encode({ typ: 'dpop+jwt', alg: 'none', jwk })}.${claims}.` })).toBe('malformed')
    const [, body] = (await prove()).split('.')
    const header = JSON.parse(Buffer.from((await prove()).split('.')[0] ?? '', 'base64url').toString())
    const withPrivate = await prove({}, { jwk: { ...header.jwk, d: jwk.d } as never })
    expect(await faultOf({ proof: withPrivate })).toBe('malformed')
    expect(await faultOf({ proof: `${encode({ typ: 'dpop+jwt', alg: 'none', jwk })}.${body}.AA` })).toBe('algorithm')
  })

  it('of another client is none, whatever it says', async () => {
    const thief = await newClient()
    const asked = { method: 'GET', url, token, now }
    expect(await faultOf({ proof: await thief.prove(asked) })).toBe('key')
    const header = JSON.parse(Buffer.from((await prove()).split('.')[0] ?? '', 'base64url').toString())
    expect(await faultOf({ proof: await thief.prove(asked, {}, { jwk: header.jwk }) })).toBe('signature')
  })

  it('is none with any other character in it', async () => {
    const proof = await prove()
    const alphabet = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=, ']
    await fc.assert(
      fc.asyncProperty(fc.nat(proof.length - 1), fc.constantFrom(...alphabet), async (at, character) => {
        fc.pre(proof[at] !== character)
        const changed = proof.slice(0, at) + character + proof.slice(at + 1)
        // The last digit of the signature has bits that no byte holds: the strict decoder refuses those, or they are the same proof.
        const sameBytes = Buffer.from(changed, 'base64url').equals(Buffer.from(proof, 'base64url'))
        if (!sameBytes) expect(await faultOf({ proof: changed })).not.toBeNull()
      }),
    )
  })

  it('is none as any text', async () => {
    const texts = fc.oneof(
      fc.string(),
      fc.string({ unit: 'grapheme' }),
      fc.base64String().map((a) => `${a}.${a}.${a}`),
    )
    await fc.assert(
      fc.asyncProperty(texts, async (proof) => {
        expect(await faultOf({ proof })).not.toBeNull()
      }),
    )
    expect(await faultOf({ proof: `${await prove()}${'A'.repeat(9_000)}` })).toBe('malformed')
  })
})

describe('a nonce', () => {
  const [secret, later] = ['the first secret, of more than 32 bytes', 'the second secret, of more than 32 bytes']
  const options = { nonce: { secrets: [secret], lifetimeMs: 60_000 } }
  const at = (ms: number) => new Date(now.getTime() + ms)

  it('is asked for, and is good in its span and the next one, in every process', async () => {
    const nonce = checkerOf(options).nonce(now) ?? expect.unreachable()
    const usable = async (ms: number) =>
      faultOf({ proof: await prove({ nonce, iat: Math.floor(at(ms).getTime() / 1_000) }), now: at(ms) }, options)
    expect([await usable(0), await usable(60_000), await usable(120_000)]).toEqual([null, null, 'nonce'])
    expect(await faultOf({ proof: await prove() }, options)).toBe('nonce')
    expect(await faultOf({ proof: await prove({ nonce: `${nonce}x` }) }, options)).toBe('nonce')
    expect(checkerOf().nonce(now)).toBeNull()
  })

  it('lives through a change of its secret, and no longer than that is kept', async () => {
    const nonce = checkerOf(options).nonce(now) ?? expect.unreachable()
    const proof = await prove({ nonce })
    expect(await faultOf({ proof }, { nonce: { secrets: [later, secret], lifetimeMs: 60_000 } })).toBeNull()
    expect(await faultOf({ proof }, { nonce: { secrets: [later], lifetimeMs: 60_000 } })).toBe('nonce')
    expect(checkerOf({ nonce: { secrets: [later, secret] } }).nonce(now)).not.toBe(nonce)
  })
})

describe('dpopProofs', () => {
  it.each<[string, object]>([
    ['baseUrls', { baseUrls: undefined }],
    ['baseUrls', { baseUrls: [] }],
    ['baseUrls[0]', { baseUrls: ['api.example.com'] }],
    ['baseUrls[0]', { baseUrls: ['ftp://api.example.com'] }],
    ['baseUrls[1]', { baseUrls: ['https://a.example', 'https://a:b@a.example'] }],
    ['baseUrls[0]', { baseUrls: ['https://a.example/?a=1'] }],
    ['algorithms', { algorithms: [] }],
    ['algorithms', { algorithms: ['HS256'] }],
    ['algorithms', { algorithms: ['none'] }],
    ['algorithms', { algorithms: 'ES256' }],
    ['maxAgeMs', { maxAgeMs: 0 }],
    ['maxAgeMs', { maxAgeMs: 1_500 }],
    ['clockToleranceMs', { clockToleranceMs: 61_000 }],
    ['nonce.secrets', { nonce: { secrets: [] } }],
    ['nonce.secrets', { nonce: { secrets: ['too short'] } }],
    ['nonce.lifetimeMs', { nonce: { secrets: ['x'.repeat(32)], lifetimeMs: 1 } }],
    ['zzz', { zzz: true }],
  ])('refuses a wrong %s, and tells no secret', (field, options) => {
    const make = () => dpopProofs({ baseUrls: ['https://a.example'], ...options })
    expect(make).toThrow(field)
    expect(make).not.toThrow('too short,')
  })
})
