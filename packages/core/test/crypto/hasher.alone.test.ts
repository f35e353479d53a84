import { createHmac } from 'node:crypto'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { hmacSha256 } from '../../src/crypto/hmac-sha256.js'
import type { HmacSha256Options } from '../../src/crypto/hmac-sha256-options.js'
import { sha256 } from '../../src/crypto/sha256.js'
import { hmacSha256Digest } from '../../src/crypto/sha256-digest.js'
import { InvalidInput, InvalidOptions } from '../../src/errors/input-errors.js'
import vectors from '../vectors/crypto.json' with { type: 'json' }

const counted = vi.hoisted(() => ({ digests: 0, comparisons: 0 }))

vi.mock(import('node:crypto'), async (original) => {
  const actual = await original()
  const hash = (...args: Parameters<typeof actual.hash>) => {
    counted.digests += 1
    return actual.hash(...args)
  }
  return {
    ...actual,
    default: { ...actual.default, hash: hash as typeof actual.hash }, // one function for all its forms
    timingSafeEqual: (a, b) => {
      counted.comparisons += 1
      return actual.timingSafeEqual(a, b)
    },
  }
})

const { hmac_p1, hmac_p2, sha256: plain } = vectors.hash
const input = { id: vectors.hash.id, token: vectors.hash.token }
const wrong = { ...input, token: `${input.token.slice(0, -1)}X` }
const p1 = Buffer.from(vectors.hash.pepper_p1_hex, 'hex')
const p2 = Buffer.from(vectors.hash.pepper_p2_hex, 'hex')

const onP1 = hmacSha256({ current: 'p1', peppers: { p1, p2 } })
const onP2 = hmacSha256({ current: 'p2', peppers: { p1, p2 } })
const match = (index: number, stale = false) => ({ outcome: 'match', index, stale })
const mismatch = { outcome: 'mismatch' }
const misconfigured = (index: number) => ({ outcome: 'misconfigured', index })

const reset = () => Object.assign(counted, { digests: 0, comparisons: 0 })

afterEach(reset)

describe('hmacSha256 and sha256', () => {
  it('make the hashes of the vectors (HASH-1, HASH-2)', () => {
    expect(onP1.hash(input)).toBe(hmac_p1)
    expect(onP2.hash(input)).toBe(hmac_p2)
    expect(sha256().hash(input)).toBe(plain)
  })

  it('tell the beginnings of their hashes', () => {
    expect(onP2.currentPrefix).toBe('$hmac-sha256$v=1$k=p2$')
    expect(onP2.prefixes).toEqual(['$hmac-sha256$v=1$k=p2$', '$hmac-sha256$v=1$k=p1$', '$sha256$v=1$'])
    expect(onP2.pepperIds).toEqual(['p1', 'p2'])
    expect(sha256()).toMatchObject({ currentPrefix: '$sha256$v=1$', prefixes: ['$sha256$v=1$'], pepperIds: [] })
  })

  it('match the right token, and no other', () => {
    expect(onP1.verify([hmac_p1], input)).toEqual(match(0))
    expect(onP1.verify([hmac_p1], wrong)).toEqual(mismatch)
    expect(sha256().verify([plain], input)).toEqual(match(0))
    expect(sha256().verify([plain], wrong)).toEqual(mismatch)
    expect(onP1.verify([], input)).toEqual(mismatch)
  })

  it('report a hash by an old pepper, or by none, as stale (HASH-4)', () => {
    expect(onP2.verify([hmac_p1], input)).toEqual(match(0, true))
    expect(onP2.verify([hmac_p2], input)).toEqual(match(0, false))
    expect(onP1.verify([plain], input)).toEqual(match(0, true))
  })

  it('tell which of two hashes matched, and which of them is stale', () => {
    const other = String(onP1.hash(wrong))
    expect(onP1.verify([hmac_p1, other], input)).toEqual(match(0))
    expect(onP1.verify([other, hmac_p1], input)).toEqual(match(1))
    expect(onP2.verify([String(onP2.hash(wrong)), hmac_p1], input)).toEqual(match(1, true))
  })

  it('report an unreadable hash only where nothing matched', () => {
    expect(onP1.verify(['', hmac_p1], input)).toEqual(match(1))
    expect(onP1.verify([hmac_p1, ''], input)).toEqual(match(0))
    expect(onP1.verify([hmac_p1, ''], wrong)).toEqual(misconfigured(1))
    expect(onP1.verify(['', ''], input)).toEqual(misconfigured(0))
  })

  it.each([
    ['another version', hmac_p1.replace('v=1', 'v=2')],
    ['no pepper id', hmac_p1.replace('$k=p1', '')],
    ['a pepper id where there is none', plain.replace('v=1', 'v=1$k=p1')],
    ['an unknown pepper', hmac_p1.replace('p1', 'p9')],
    ['a pepper named like an object member', hmac_p1.replace('p1', 'constructor')],
    ['an unknown algorithm', hmac_p1.replace('hmac-sha256', 'hmac-sha512')],
    ['argon2id', vectors.hash.argon2id],
    ['padding', `${hmac_p1}=`],
    ['the URL-safe alphabet', hmac_p1.replace(/.$/, '_')],
    ['a short hash', hmac_p1.slice(0, -2)],
    ['a long hash', `${hmac_p1}AA`],
    ['an extra field', `${hmac_p1}$x`],
    ['another sign before the digest', hmac_p1.replace(/\$(?=[^$]*$)/, '!')],
    [
      'a letter that Latin-1 would shorten to the right one',
      `${hmac_p1.slice(0, -1)}${String.fromCharCode(256 + hmac_p1.charCodeAt(hmac_p1.length - 1))}`,
    ],
    ['an empty salt', hmac_p1.replace('YTFCMmMzRDRlNUY2', '')],
    ['the salt of another id', hmac_p1.replace('YTFC', 'YTFD')],
    ['upper case', hmac_p1.replace('hmac-sha256', 'HMAC-SHA256')],
    ['a leading space', ` ${hmac_p1}`],
    ['parameters in another order', hmac_p1.replace('$v=1$k=p1', '$k=p1,v=1')],
  ])('report a stored hash with %s as misconfigured, for a right and a wrong token (HASH-1, HASH-6)', (_, stored) => {
    expect(onP1.verify([stored], input)).toEqual(misconfigured(0))
    expect(onP1.verify([stored], wrong)).toEqual(misconfigured(0))
  })

  it('know the hash of an id that is not ASCII', () => {
    const own = { id: 'clé 😀', token: input.token }
    expect(onP1.verify([String(onP1.hash(own))], own)).toEqual(match(0))
    expect(onP1.verify([String(onP1.hash(own))], { ...own, id: 'cle 😀' })).toEqual(misconfigured(0))
  })

  it('make a hash with each scheme, the current one first', () => {
    expect(onP2.hashes?.(input)).toEqual([hmac_p2, hmac_p1, plain])
  })

  it('without peppers, report a peppered hash as misconfigured', () => {
    expect(sha256().verify([hmac_p1], input)).toEqual(misconfigured(0))
  })

  it('do not match a hash that was copied to another key (HASH-2)', () => {
    const other = 'b1B2c3D4e5F6'
    for (const hasher of [onP1, sha256()]) {
      const copied = String(hasher.hash(input))
      expect(hasher.verify([copied], { id: other, token: input.token })).toEqual(misconfigured(0))
      // The same with the salt made to fit: the id is in the message too.
      const fitted = copied.replace('YTFCMmMzRDRlNUY2', Buffer.from(other).toString('base64'))
      expect(hasher.verify([fitted], { id: other, token: input.token })).toEqual(mismatch)
    }
  })

  it('return a verdict for any stored text, and match only hashes of their own (fuzz)', () => {
    const near = fc
      .tuple(fc.nat({ max: hmac_p1.length }), fc.nat({ max: 3 }), fc.string({ unit: 'binary', maxLength: 3 }))
      .map(([at, gap, insert]) => hmac_p1.slice(0, at) + insert + hmac_p1.slice(at + gap))
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), near), (stored) => {
        const verdict = onP1.verify([stored], input)
        expect(verdict).toEqual(stored === hmac_p1 ? match(0) : expect.not.objectContaining({ outcome: 'match' }))
      }),
      { numRuns: 2_000 },
    )
  })

  it('match each key with its own token only, for any ids and tokens', () => {
    const id = fc.string({ minLength: 1 }).filter((text) => !text.includes('\0'))
    fc.assert(
      fc.property(id, fc.string(), id, fc.string(), (idA, tokenA, idB, tokenB) => {
        const stored = String(onP1.hash({ id: idA, token: tokenA }))
        const same = idA === idB && tokenA === tokenB
        expect(onP1.verify([stored], { id: idA, token: tokenA })).toEqual(match(0))
        expect(onP1.verify([stored], { id: idB, token: tokenB })).toEqual(
          same ? match(0) : expect.not.objectContaining(match(0)),
        )
      }),
    )
  })

  it('refuse ids that could move the border between id and token', () => {
    for (const id of ['', 'a\0b']) {
      expect(() => onP1.hash({ id, token: 'canary' })).toThrow(InvalidInput)
      expect(() => onP1.hash({ id, token: 'canary' })).toThrow('id must be the id of a key.')
      expect(() => onP1.verify([hmac_p1], { id, token: 'canary' })).toThrow(InvalidInput)
      expect(() => onP1.hash({ id, token: 'canary' })).not.toThrow(/canary/)
    }
  })
})

describe('the work of one verification (HASH-6, HASH-7)', () => {
  const work = (run: () => unknown) => {
    reset()
    run()
    return { ...counted }
  }

  it('is one MAC, of two digests, and one constant-time comparison for a right token, a wrong token and no key at all', () => {
    const one = { digests: 2, comparisons: 1 }
    expect(work(() => onP1.verify([hmac_p1], input))).toEqual(one)
    expect(work(() => onP1.verify([hmac_p1], wrong))).toEqual(one)
    expect(work(() => onP1.verify([hmac_p2], wrong))).toEqual(one)
    expect(work(() => onP1.dummy(input))).toEqual(one)
  })

  it('is one MAC for each pepper, not for each stored hash', () => {
    const other = String(onP1.hash({ ...input, token: 'old' }))
    expect(work(() => onP1.verify([hmac_p1, other], wrong))).toEqual({ digests: 2, comparisons: 2 })
    expect(work(() => onP1.verify([hmac_p1, hmac_p2, plain], wrong))).toEqual({ digests: 5, comparisons: 3 })
  })
})

describe('an HMAC over prepared pads', () => {
  it('keeps the pads out of the memory that small buffers share', () => {
    const key = Buffer.alloc(64, 7)
    hmacSha256Digest(key)('id', 'a long token '.repeat(100))
    const shared = Buffer.from(Buffer.allocUnsafe(1).buffer)
    expect(shared.includes(Buffer.alloc(64, 7 ^ 0x36))).toBe(false)
  })

  it.each([1, 63, 64, 65, 128])('is that of Node for a key of %i bytes', (length) => {
    const key = Buffer.alloc(length, 'pepper')
    const whole = createHmac('sha256', key).update('apikey-hash/v1\0id\0token')
    expect(hmacSha256Digest(key)('id', 'token')).toBe(whole.digest('base64').slice(0, 43))
  })

  it('is that of Node over one text, for keys, ids and tokens of any length and alphabet', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.string({ minLength: 160, maxLength: 2_000 }),
    )
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        fc.array(fc.tuple(texts, texts), { maxLength: 4 }),
        (key, all) => {
          const digest = hmacSha256Digest(key)
          for (const [id, token] of all) {
            const whole = createHmac('sha256', key).update(`apikey-hash/v1\0${id}\0${token}`)
            expect(digest(id, token)).toBe(whole.digest('base64').slice(0, 43))
          }
        },
      ),
    )
  })
})

describe('a runtime without crypto.hash', () => {
  afterEach(() => {
    vi.doUnmock('node:crypto')
    vi.resetModules()
  })

  it('gets the same digests', async () => {
    vi.resetModules()
    vi.doMock(import('node:crypto'), async (original) => {
      const actual = await original()
      return { ...actual, default: { ...actual.default, hash: undefined as never } }
    })
    const { hmacSha256Digest, sha256Digest } = await import('../../src/crypto/sha256-digest.js')
    expect(counted.digests).toBe(0)
    expect(hmac_p1.endsWith(`$${hmacSha256Digest(p1)(input.id, input.token)}`)).toBe(true)
    expect(plain.endsWith(`$${sha256Digest(input.id, input.token)}`)).toBe(true)
    const long = Buffer.alloc(65, 7)
    const whole = createHmac('sha256', long).update(`apikey-hash/v1\0${input.id}\0${input.token}`)
    expect(hmacSha256Digest(long)(input.id, input.token)).toBe(whole.digest('base64').slice(0, 43))
    expect(counted.digests).toBe(0)
  })
})

describe('the peppers of hmacSha256', () => {
  const make =
    (peppers: HmacSha256Options['peppers'], current = 'p1') =>
    () =>
      hmacSha256({ current, peppers })

  it('may be text, measured in bytes of UTF-8', () => {
    const pepper = 'é'.repeat(16)
    const fromText = hmacSha256({ current: 'p1', peppers: { p1: pepper } })
    const fromBytes = hmacSha256({ current: 'p1', peppers: { p1: new TextEncoder().encode(pepper) } })
    expect(fromText.hash(input)).toBe(fromBytes.hash(input))
  })

  it.each([
    ['no value', { p1: undefined }],
    ['a short text', { p1: `canary${'x'.repeat(25)}` }],
    ['few bytes', { p1: p1.subarray(1) }],
    ['a list', { p1: [...p1] as unknown as Uint8Array }],
  ])('with %s are refused, in an error that names the id and not the value (HASH-3)', (_, peppers) => {
    expect(make(peppers)).toThrow(InvalidOptions)
    expect(make(peppers)).toThrow(expect.objectContaining({ field: 'hasher.peppers.p1' }))
    expect(make(peppers)).not.toThrow(/canary|,31/)
  })

  it.each(['', 'p_1', 'p 1', 'p$1', 'canary'.repeat(3)])('under the id %j are refused', (id) => {
    expect(make({ p1, [id]: p1 })).toThrow(expect.objectContaining({ field: 'hasher.peppers' }))
    expect(make({ p1, [id]: p1 })).not.toThrow(/canary/)
  })

  it.each(['p9', '', 'constructor', '__proto__'])('without the current pepper %j are refused', (current) => {
    const expected = 'the id of one of hasher.peppers'
    expect(make({ p1 }, current)).toThrow(expect.objectContaining({ field: 'hasher.current', expected }))
  })

  it.each([undefined, null, 'peppers'])('are refused as %j', (options) => {
    const expected = 'an object with some of: current, peppers'
    expect(() => hmacSha256(options as never)).toThrow(expect.objectContaining({ field: 'hasher', expected }))
  })

  it("are copied: later changes of the caller's bytes have no effect", () => {
    const mine = Buffer.from(p1)
    const hasher = hmacSha256({ current: 'p1', peppers: { p1: mine } })
    mine.fill(0)
    expect(hasher.hash(input)).toBe(hmac_p1)
  })

  it('are not visible on the hasher (HASH-3)', () => {
    const pepper = 'canary-canary-canary-canary-canary'
    const hasher = hmacSha256({ current: 'p1', peppers: { p1: pepper } })
    const shown = inspect(hasher, { showHidden: true, depth: null }) + JSON.stringify(hasher)
    for (const form of ['utf8', 'hex', 'base64'] as const)
      expect(shown).not.toContain(Buffer.from(pepper).toString(form))
    expect(shown).not.toContain('canary')
  })

  it('are recognized when they are used as other keys, as bytes or as base64 text (ENC-8)', () => {
    expect(onP1.sharesKeyWith(p2)).toBe(true)
    expect(onP1.sharesKeyWith(Buffer.alloc(32, 1))).toBe(false)
    expect(hmacSha256({ current: 'p1', peppers: { p1: p1.toString('base64') } }).sharesKeyWith(p1)).toBe(true)
    expect(sha256().sharesKeyWith(p1)).toBe(false)
  })
})
