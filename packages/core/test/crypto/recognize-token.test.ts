import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatToken } from '../../src/crypto/format-token.js'
import { beginsWith, isOpaqueToken, recognizeToken } from '../../src/crypto/recognize-token.js'
import type { TokenFormat } from '../../src/crypto/token-types.js'

const parts = { id: 'a1B2c3D4e5F6', secret: 's'.repeat(32) }
const ours = formatToken({ namespace: 'tk_live', ...parts })
const other = formatToken({ namespace: 'tk_test', ...parts })
const damaged = `${ours.slice(0, -1)}${ours.endsWith('0') ? '1' : '0'}`
const format: TokenFormat = { namespaces: ['tk_live'], foreign: ['tk_test'], secretLength: [32, 40], opaque: false }

describe('recognizeToken', () => {
  it.each<[string, string, object]>([
    ['a token of ours', ours, { ok: true, token: ours, id: parts.id, namespace: 'tk_live' }],
    ['one with a mistake', damaged, { ok: false, reason: 'checksum', isForeign: false }],
    ['the beginning of one', 'tk_live_abc', { ok: false, reason: 'length', isForeign: false }],
    ['one of another environment', other, { ok: false, reason: 'prefix', isForeign: false }],
    ['one of another product', 'sk_live_abc', { ok: false, reason: 'prefix', isForeign: true }],
    ['a beginning without its end', 'tk_livelier_abc', { ok: false, reason: 'prefix', isForeign: true }],
    ['nothing', '', { ok: false, reason: 'empty', isForeign: true }],
  ])('of %s', (_, token, expected) => {
    expect(recognizeToken(token, format)).toEqual(expected)
  })

  // Where keys are imported, what is not of our form may be one of them.
  it.each<[string, string, 'imported' | object]>([
    ['one of another product', 'sk_live_abc', 'imported'],
    ['the beginning of one of ours', 'tk_live_abc', 'imported'],
    ['one of our length with another sign', `${ours.slice(0, -8)}-${ours.slice(-7)}`, 'imported'],
    ['one of ours', ours, { ok: true, token: ours, id: parts.id, namespace: 'tk_live' }],
    ['one of ours with a mistake', damaged, { ok: false, reason: 'checksum', isForeign: false }],
    [
      'a checksum that is none',
      `${ours.slice(0, -6)}zzzzzz`,
      { ok: false, reason: 'checksum_range', isForeign: false },
    ],
    ['one of another environment', other, { ok: false, reason: 'prefix', isForeign: false }],
    ['nothing', '', { ok: false, reason: 'empty', isForeign: true }],
    ['one that is too long', 'x'.repeat(256), { ok: false, reason: 'too_long', isForeign: true }],
  ])('where keys are imported, of %s (TOK-15)', (_, token, expected) => {
    const imported = { ok: true, token, id: null, namespace: null }
    expect(recognizeToken(token, { ...format, opaque: true })).toEqual(expected === 'imported' ? imported : expected)
  })
})

describe('beginsWith', () => {
  it.each([
    ['tk_live_', true],
    ['tk_live_x', true],
    ['tk_test_x', true],
    ['tk_live', false],
    ['tk_livelier', false],
    ['xtk_live_', false],
    ['ab_live_x', false],
    ['', false],
  ])('%s: %s', (text, expected) => {
    expect(beginsWith(text, ['tk_live', 'tk_test'])).toBe(expected)
  })

  it('is false where there is nothing to begin with', () => {
    expect(beginsWith('tk_live_', [])).toBe(false)
  })
})

describe('isOpaqueToken', () => {
  it('accepts what the definition accepts', () => {
    const definition = /^[0-9A-Za-z\-._~+/!#$%&*:@^|]+=*$/
    const sign = fc.constantFrom(...'aZ09-._~+/!#$%&*:@^|="\',;()<>[]{}\\`? \n\t\u007fé')
    fc.assert(
      fc.property(fc.string({ unit: sign, maxLength: 6 }), (text) => {
        expect(isOpaqueToken(text)).toBe(definition.test(text) && !text.endsWith('\n'))
      }),
      { numRuns: 1_000 },
    )
  })

  it.each([
    ['a', true],
    ['a=', true],
    ['a==', true],
    ['=', false],
    ['==', false],
    ['=a', false],
    ['a=b', false],
    ['', false],
  ])('%j: %s', (text, expected) => {
    expect(isOpaqueToken(text)).toBe(expected)
  })
})
