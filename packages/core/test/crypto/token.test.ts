import { crc32 as zlibCrc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BASE62, encodeBase62 } from '../../src/crypto/base62.js'
import { crc32 } from '../../src/crypto/crc32.js'
import { formatToken, previewOf } from '../../src/crypto/format-token.js'
import { isNamespace } from '../../src/crypto/namespace.js'
import { parseToken } from '../../src/crypto/parse-token.js'
import { InvalidInput } from '../../src/errors/input-errors.js'
import vectors from '../vectors/token.json' with { type: 'json' }

const namespaces = ['tk_live']
const base62 = (length: number) => fc.string({ unit: fc.constantFrom(...BASE62), minLength: length, maxLength: length })
const namespace = fc.stringMatching(/^[a-z][a-z0-9]{0,8}(_[a-z0-9]{1,6}){0,3}$/).filter(isNamespace)
const parts = fc.record({ namespace, id: base62(12), secret: base62(32) })

const accepts = (text: string) => parseToken(text, { namespaces }).ok

describe('crc32 and base62', () => {
  it.each(vectors.crc)('crc32 of "$input" is $crc32, $base62 in base 62', ({ input, dec, base62 }) => {
    expect(crc32(input)).toBe(dec)
    expect(encodeBase62(dec)).toBe(base62)
  })

  it.each(vectors.base62)('base 62 of $n is $base62', ({ n, base62 }) => {
    expect(encodeBase62(n)).toBe(base62)
  })

  it('crc32 agrees with zlib on any ASCII text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary-ascii' }), (text) => crc32(text) === zlibCrc32(text)))
  })

  it('base 62 texts sort as their numbers do', () => {
    const uint32 = fc.nat({ max: 0xffffffff })
    fc.assert(fc.property(uint32, uint32, (a, b) => a < b === encodeBase62(a) < encodeBase62(b)))
  })
})

describe('formatToken and parseToken', () => {
  it.each(vectors.tokens)('write and read $token', ({ ns, id, secret, token }) => {
    expect(formatToken({ namespace: ns, id, secret })).toBe(token)
    expect(parseToken(token, { namespaces: [ns] })).toEqual({ ok: true, namespace: ns, id, secret })
  })

  it.each(vectors.parse)('read $name as $result', ({ token, result }) => {
    const parsed = parseToken(token, { namespaces })
    expect(parsed.ok ? 'accept' : `reject:${parsed.reason}`).toBe(result)
  })

  it('detect every substitution of one character (TOK-4)', () => {
    const { base } = vectors
    const changed = [...base].flatMap((character, at) =>
      at < 'tk_live_'.length
        ? []
        : [...BASE62]
            .filter((other) => other !== character)
            .map((other) => base.slice(0, at) + other + base.slice(at + 1)),
    )
    expect([changed.filter((text) => !accepts(text)).length, changed.length]).toEqual(vectors.detect.substitutions)
  })

  it('detect every transposition of neighbours (TOK-4)', () => {
    const { base } = vectors
    const swapped = [...base.slice(0, -1)].flatMap((character, at) => {
      const next = base.charAt(at + 1)
      return at < 'tk_live_'.length || next === character
        ? []
        : [base.slice(0, at) + next + character + base.slice(at + 2)]
    })
    expect([swapped.filter((text) => !accepts(text)).length, swapped.length]).toEqual(vectors.detect.transpositions)
  })

  it('read back what was written, for any namespace with inner underscores (TOK-9)', () => {
    fc.assert(
      fc.property(parts, (written) => {
        const token = formatToken(written)
        expect(parseToken(token, { namespaces: [written.namespace] })).toEqual({ ok: true, ...written })
      }),
    )
  })

  it('keep namespaces apart when one begins with the other', () => {
    const id = 'abcdefghijkl'
    const secret = 'x'.repeat(32)
    // The last of these ends where the id of a `tk` token would.
    const nested = ['tk', 'tk_live', 'tk_live_eu', `tk_${id}`]
    for (const order of [nested, nested.toReversed()]) {
      for (const namespace of nested) {
        const token = formatToken({ namespace, id, secret })
        expect(parseToken(token, { namespaces: order })).toEqual({ ok: true, namespace, id, secret })
      }
    }
    const live = formatToken({ namespace: 'tk_live', id, secret })
    expect(parseToken(live, { namespaces: ['tk'] })).toEqual({ ok: false, reason: 'length' })
  })

  it('read secrets of the configured length only', () => {
    const written = { namespace: 'tk', id: 'a1B2c3D4e5F6', secret: 'S'.repeat(22) }
    const token = formatToken(written)
    expect(parseToken(token, { namespaces: ['tk'], secretLength: 22 })).toEqual({ ok: true, ...written })
    expect(parseToken(token, { namespaces: ['tk'] })).toEqual({ ok: false, reason: 'length' })
  })

  it('require the underscore between id and secret', () => {
    const token = vectors.base.replace('F6_Kq', 'F60Kq')
    expect(parseToken(token, { namespaces })).toEqual({ ok: false, reason: 'alphabet' })
  })

  it('read a token with the highest checksum', () => {
    const token = 'tk_live_a1B2c3D4e5F6_Kq3vT8nB1xZr5WdY7pLc9MhJ2sPfyGV04gfFC3'
    expect(crc32(token.slice(0, -6))).toBe(0xffffffff)
    expect(accepts(token)).toBe(true)
  })

  it('read the token in the one way that fits, where its length would fit another namespace as well', () => {
    for (const namespaces of [
      ['tk', 'tk_live'],
      ['tk_live', 'tk'],
    ])
      expect(parseToken(vectors.base, { namespaces, secretLength: [32, 37] })).toMatchObject({ namespace: 'tk_live' })
  })

  it.each(['-', '_', '\u00e9', '\u0430', '\u0000'])(
    'refuse %j in the id, even if the checksum is that of the text',
    (sign) => {
      const body = vectors.base.slice(0, -6).replace('a1B2', `a1B${sign}`)
      expect(parseToken(body + encodeBase62(crc32(body)), { namespaces })).toEqual({ ok: false, reason: 'alphabet' })
    },
  )

  it('accept no token when no namespace is configured', () => {
    expect(parseToken(vectors.base, { namespaces: [] })).toEqual({ ok: false, reason: 'prefix' })
  })

  it('check the length before anything else (TOK-11)', () => {
    expect(parseToken('x'.repeat(256), { namespaces })).toEqual({ ok: false, reason: 'too_long' })
    expect(parseToken('x'.repeat(255), { namespaces })).toEqual({ ok: false, reason: 'prefix' })
  })

  it('return a result for any text, and accept only what formatToken writes', () => {
    const near = fc
      .tuple(fc.nat({ max: vectors.base.length }), fc.nat({ max: 4 }), fc.string({ unit: 'binary', maxLength: 4 }))
      .map(([at, gap, insert]) => vectors.base.slice(0, at) + insert + vectors.base.slice(at + gap))
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), { weight: 9, arbitrary: near }), (text) => {
        const parsed = parseToken(text, { namespaces })
        if (parsed.ok) expect(formatToken(parsed)).toBe(text)
      }),
      { numRuns: 2_000 },
    )
  })

  it('return a result for a value that is no text', () => {
    for (const value of [undefined, null, 7, {}, [], Symbol('x'), () => 'tk_live_']) {
      // @ts-expect-error only text is a token
      expect(parseToken(value, { namespaces })).toEqual({ ok: false, reason: 'empty' })
    }
  })

  it.each([
    { namespace: 'TK', expected: 'a name such as tk_live' },
    { id: 'a1B2c3D4e5F67', expected: '12 letters and digits' },
    { id: 'a1B2c3D4e5F\u00e9', expected: '12 letters and digits' },
    { secret: '', expected: '22 to 64 letters and digits' },
  ])('say what a part must be: $expected', ({ expected, ...bad }) => {
    const good = { namespace: 'tk', id: 'a1B2c3D4e5F6', secret: 's'.repeat(32) }
    expect(() => formatToken({ ...good, ...bad })).toThrow(`${Object.keys(bad)[0]} must be ${expected}.`)
  })

  it.each([
    { namespace: 'TK', id: 'a1B2c3D4e5F6', secret: 's'.repeat(32), field: 'namespace' },
    { namespace: 'tk', id: 'a1B2c3D4e5F', secret: 's'.repeat(32), field: 'id' },
    { namespace: 'tk', id: 'a1B2c3D4-5F6', secret: 's'.repeat(32), field: 'id' },
    { namespace: 'tk', id: 'a1B2c3D4e5F6', secret: 's'.repeat(21), field: 'secret' },
    { namespace: 'tk', id: 'a1B2c3D4e5F6', secret: 's'.repeat(65), field: 'secret' },
    { namespace: 'tk', id: 'a1B2c3D4e5F6', secret: `canary${'_'.repeat(30)}`, field: 'secret' },
  ])('refuse to write a bad $field, in an error that does not repeat it', ({ field, ...bad }) => {
    const write = () => formatToken(bad)
    expect(write).toThrow(InvalidInput)
    expect(write).toThrow(expect.objectContaining({ field }))
    expect(write).not.toThrow(/canary/)
  })

  it('keep the longest token below 255 characters', () => {
    const token = formatToken({ namespace: 'a'.repeat(40), id: 'a1B2c3D4e5F6', secret: 's'.repeat(64) })
    expect(parseToken(token, { namespaces: ['a'.repeat(40)], secretLength: 64 }).ok).toBe(true)
  })

  it('preview four characters of the id and none of the secret (TOK-10)', () => {
    expect(previewOf('tk_live', 'a1B2c3D4e5F6')).toBe('tk_live_a1B2…')
  })
})

describe('isNamespace', () => {
  it.each(['tk', 'tk_live', 'my_co_test', 'a', 'a1_0', 'a'.repeat(40)])('accepts %s', (text) => {
    expect(isNamespace(text)).toBe(true)
  })

  it.each(['', 'Tk', '1tk', '_tk', 'tk_', 'tk__live', 'tk-live', 'tk live', 'tk\n', 'tké', 'a'.repeat(41)])(
    'refuses %j',
    (text) => {
      expect(isNamespace(text)).toBe(false)
    },
  )
})
