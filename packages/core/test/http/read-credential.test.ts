import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CredentialInput } from '../../src/credential/credential-reading.js'
import { readCredential } from '../../src/credential/read-credential.js'
import { parseToken } from '../../src/crypto/parse-token.js'
import { fastest } from '../support/fastest.js'
import vectors from '../vectors/headers.json' with { type: 'json' }

const format = { namespaces: ['tk_live'], foreign: ['tk_test'] }
const K = 'tk_live_a1B2c3D4e5F6_Kq3vT8nB1xZr5WdY7pLc9MhJ2sFgA4eU3TDB0r'
const K2 = 'tk_live_9xY8wV7uT6sR_000000000000000000000000000000001gco3G'
const KT = 'tk_test_a1B2c3D4e5F6_Kq3vT8nB1xZr5WdY7pLc9MhJ2sFgA4eU0UtxI7'

const read = (input: Partial<CredentialInput>) => readCredential({ fields: [], url: '/', ...input }, format)
const pairs = (fields: readonly string[][]) => fields.map(([name = '', value = '']) => [name, value] as const)

describe('readCredential (HTTP-1, HTTP-2, HTTP-3)', () => {
  it('meets all 89 rows of the table', () => {
    expect(vectors.map(({ n }) => n)).toEqual(Array.from({ length: 89 }, (_, index) => index + 1))
  })

  it.each(vectors.map((row) => [`H${row.n} ${row.name}`, row] as const))('%s', (_, { fields, url, ...expected }) => {
    const reading = read({ fields: pairs(fields), url })
    expect(reading).toMatchObject({
      verdict: expected.verdict,
      ...('why' in expected ? { reason: expected.why } : {}),
      ...('id' in expected ? { id: expected.id, token: K } : {}),
    })
    expect('token' in reading).toBe(expected.verdict === 'candidate')
  })

  it.each([
    ['bearer', 'Authorization', `Bearer ${K}`],
    ['x-api-key', 'X-API-Key', K],
  ])('tells that a key came by %s', (source, name, value) => {
    expect(read({ fields: [[name, value]] })).toEqual({
      verdict: 'candidate',
      token: K,
      id: 'a1B2c3D4e5F6',
      namespace: 'tk_live',
      source,
    })
  })

  it('takes a foreign token as a candidate only with imported keys, and never a malformed one of ours', () => {
    const opaque = (token: string) =>
      readCredential({ fields: [['X-API-Key', token]], url: '/' }, { ...format, opaque: true })
    expect(opaque('sk_abc')).toEqual({
      verdict: 'candidate',
      token: 'sk_abc',
      id: null,
      namespace: null,
      source: 'x-api-key',
    })
    expect(opaque(KT)).toMatchObject({ verdict: 'invalid_token', reason: 'prefix' })
    expect(opaque(`${K.slice(0, -1)}s`)).toMatchObject({ verdict: 'invalid_token', reason: 'checksum' })
    expect(opaque('tk_live_abc')).toMatchObject({ verdict: 'candidate', id: null })
  })
})

describe('a bearer token of others beside a key (HTTP-22)', () => {
  const beside = (bearer: string, key: string, opaque = false) =>
    readCredential(
      {
        fields: [
          ['Authorization', bearer],
          ['X-API-Key', key],
        ],
        url: '/',
      },
      { ...format, opaque },
    )

  it.each([
    'Bearer eyJ.eyJ.c2ln',
    'Bearer sk_abc',
    `Bearer xtk_live_${K.slice(8)}`,
    'Bearer tk_livelier_abc',
    'Basic YTpi',
  ])('is not in its way: %s', (bearer) => {
    expect(beside(bearer, K)).toMatchObject({ verdict: 'candidate', token: K, source: 'x-api-key' })
    expect(beside(bearer, K.slice(0, -1))).toMatchObject({ verdict: 'invalid_token', source: 'x-api-key' })
    expect(beside(bearer, KT)).toMatchObject({ verdict: 'invalid_token', source: 'x-api-key' })
  })

  it.each([`Bearer ${K}`, `Bearer ${K2}`, `Bearer ${KT}`, 'Bearer tk_live_', `Bearer ${K.slice(0, -1)}`])(
    'is a second credential if it has one of our namespaces: %s',
    (bearer) => {
      expect(beside(bearer, K)).toEqual({ verdict: 'invalid_request', reason: 'multiple_methods' })
    },
  )

  it('is a second credential where keys are imported, and beside what is not ours', () => {
    const refused = { verdict: 'invalid_request', reason: 'multiple_methods' }
    expect(beside('Bearer eyJ.eyJ.c2ln', K, true)).toEqual(refused)
    expect(beside('Bearer eyJ.eyJ.c2ln', 'sk_abc')).toEqual(refused)
  })
})

describe('a key in the URL (HTTP-7)', () => {
  const damaged = K.replace('_Kq', '_qK')

  it.each([
    ['in the path', `/v1/${K}/x`, 'a1B2c3D4e5F6'],
    ['as a name', `/?${K}`, 'a1B2c3D4e5F6'],
    ['in the fragment', `/#${K}`, 'a1B2c3D4e5F6'],
    ['in an absolute target', `http://user:${K}@host/`, 'a1B2c3D4e5F6'],
    ['behind Bearer%20', `/?auth=Bearer%20${K}`, 'a1B2c3D4e5F6'],
    ['escaped', `/?k=${K.replaceAll('_', '%5f')}`, 'a1B2c3D4e5F6'],
    ['before an escaped letter', `/?k=${K}%5F`, 'a1B2c3D4e5F6'],
    ['behind a nested escape', `/?next=%2Fx%3Fk%253D${K}`, 'a1B2c3D4e5F6'],
    ['behind a letter', `/?kx${K}`, 'a1B2c3D4e5F6'],
    ['beside a broken escape', `/?a=%E9%ZZ%&k=${K}`, 'a1B2c3D4e5F6'],
    ['of another environment', `/?k=${KT}`, 'a1B2c3D4e5F6'],
    ['with a typo, whose id may be wrong too', `/?k=${damaged}`, undefined],
  ])('is refused: %s', (_, url, exposedKeyId) => {
    const expected = { verdict: 'invalid_request', reason: 'key_in_url' }
    expect(read({ url })).toEqual(exposedKeyId === undefined ? expected : { ...expected, exposedKeyId })
  })

  it.each(['/?q=tk_live_a1B2', '/?q=tk_live_', '/?q=tk_prod_x', `/?q=${K.slice(0, -1)}`, `/?q=x${damaged}`])(
    'is not seen in %s',
    (url) => {
      expect(read({ fields: [['Authorization', `Bearer ${K}`]], url }).verdict).toBe('candidate')
    },
  )
})

describe('readCredential of any request', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      'Bearer',
      'bearer',
      'Basic',
      ' ',
      ' ',
      '\t',
      ',',
      '=',
      '"',
      '%5F',
      '\r\n',
      '\0',
      '\xa0',
      K,
      K,
      K2,
      KT,
    ),
    fc.string({ unit: 'binary', maxLength: 5 }),
  )
  const text = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(''))
  const value = fc.oneof(text, fc.constantFrom('Bearer eyJ.eyJ.c2ln', `Bearer ${K}`, `bEARER   ${K2}\t`, K, K2, ''))
  const name = fc.oneof(
    fc.constantFrom('Authorization', 'authorization', 'X-API-Key', 'x-api-key', 'Cookie'),
    fc.string({ unit: 'binary', maxLength: 20 }),
  )
  const request = fc.record({
    fields: fc.array(fc.tuple(name, value), { maxLength: 3 }),
    url: fc.oneof({ weight: 3, arbitrary: fc.webPath() }, { weight: 1, arbitrary: text }),
  })

  /** What of a field could be taken for a key, written apart from the reader. */
  const presented = ([name, value]: readonly [string, string]): string | undefined => {
    const trimmed = value.replace(/^[ \t]+|[ \t]+$/g, '')
    if (name.toLowerCase() === 'x-api-key') return trimmed
    return name.toLowerCase() === 'authorization' ? /^bearer +(.*)$/is.exec(trimmed)?.[1] : undefined
  }

  it('returns a verdict, and as a candidate only the one value presented, which parses', () => {
    let [tried, candidates] = [0, 0]
    fc.assert(
      fc.property(request, (input) => {
        tried += 1
        const reading = readCredential(input, format)
        expect(['none', 'invalid_request', 'invalid_token', 'candidate']).toContain(reading.verdict)
        if (reading.verdict !== 'candidate') return
        candidates += 1
        const presentedBy = (name: string) =>
          input.fields
            .filter(([field]) => field.toLowerCase() === name)
            .map(presented)
            .filter(Boolean)
        const [bearers, keys] = [presentedBy('authorization'), presentedBy('x-api-key')]
        // A bearer token of others beside a key counts for nothing.
        const others = keys.length === 1 ? bearers.filter((token = '') => !/^tk_(?:live|test)_/.test(token)) : []
        expect([...bearers, ...keys].filter((token) => !others.includes(token))).toEqual([reading.token])
        expect(parseToken(reading.token, format)).toMatchObject({ ok: true, id: reading.id })
        expect(input.url.split(/\W/)).not.toContain(reading.token)
      }),
      { numRuns: 5_000 },
    )
    expect(candidates).toBeGreaterThan(tried / 50)
  })
})

describe('the time of readCredential grows with the length of a request, not with its square:', () => {
  let size = 0
  const fill = (piece: string) => piece.repeat(Math.ceil(size / piece.length))
  const authorization = (value: string) => ({ fields: [['Authorization', value]] as const })

  it.each<[string, () => Partial<CredentialInput>]>([
    ['spaces inside', () => authorization(`Bearer a${fill(' ')}b`)],
    ['spaces after the scheme', () => authorization(`Bearer${fill(' ')}`)],
    ['tabs around', () => authorization(`${fill('\t')}Bearer ${K}${fill('\t')}`)],
    ['tabs inside', () => authorization(`Bearer${fill('\t')}x`)],
    ['equals signs', () => authorization(`Bearer a${fill('=')}`)],
    ['equals signs and an end', () => authorization(`Bearer a${fill('=')}!`)],
    ['commas', () => authorization(`Bearer ${fill(',')}`)],
    ['quoted parameters', () => authorization(`Bearer ${fill('a="\\",')}`)],
    ['prefixes', () => authorization(`Bearer ${fill('tk_live_')}`)],
    ['a scheme without an end', () => authorization(fill('Bearer'))],
    ['commas in X-API-Key', () => ({ fields: [['X-API-Key', fill(' ,')]] })],
    ['many lines', () => ({ fields: Array.from({ length: size / 16 }, () => ['X-API-Key', ''] as const) })],
    ['prefixes in the URL', () => ({ url: `/?${fill('tk_live_')}` })],
    ['ids in the URL', () => ({ url: `/?${fill(K.slice(0, -6))}` })],
    ['percent signs in the URL', () => ({ url: `/?${fill('%')}` })],
    ['escapes in the URL', () => ({ url: `/?${fill('%25')}` })],
    ['escaped prefixes in the URL', () => ({ url: `/?${fill('tk%5Flive%5F')}` })],
  ])('for %s (T8)', (_, inputOf) => {
    const timeOf = (bytes: number) => {
      size = bytes
      const input = inputOf()
      return fastest(() => {
        for (let left = 131_072 / bytes; left > 0; left -= 1) read(input)
      }, 10)
    }
    // In all the same number of bytes: where the time grew with the square, the longer would take 16 times as long.
    const short = timeOf(1_024)
    expect(timeOf(16_384)).toBeLessThan(8 * short)
  })
})
