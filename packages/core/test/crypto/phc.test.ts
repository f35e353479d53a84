import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isKeyId } from '../../src/check/secrets-by-id.js'
import { formatPhc, parsePhc, phcPrefix } from '../../src/crypto/phc.js'
import vectors from '../vectors/crypto.json' with { type: 'json' }

const good = vectors.hash.hmac_p1
const [salt, hash] = good.split('$').slice(-2)

describe('parsePhc', () => {
  it('returns the parts of a PHC string', () => {
    const phc = parsePhc(good)
    expect(phc).toMatchObject({ algorithm: 'hmac-sha256', keyId: 'p1' })
    expect(Buffer.from(phc?.salt ?? []).toString()).toBe(vectors.hash.id)
    expect(phc?.hash).toHaveLength(32)
    expect(parsePhc(vectors.hash.sha256)).toMatchObject({ algorithm: 'sha256', keyId: null })
  })

  it.each([good, vectors.hash.hmac_p2, vectors.hash.sha256, vectors.reveal.sealed])(
    'formatted again gives %s',
    (text) => {
      const phc = parsePhc(text)
      expect(phc && formatPhc(phc)).toBe(text)
      expect(phc && text.startsWith(phcPrefix(phc.algorithm, phc.keyId))).toBe(true)
    },
  )

  it.each([
    ['another version', good.replace('v=1', 'v=2')],
    ['no version', good.replace('$v=1', '')],
    ['padding', `${good}=`],
    ['the URL-safe alphabet', good.replace('Nk', 'N_')],
    ['an extra field', `${good}$`],
    ['an extra field in front', `$${good}`],
    ['an extra field inside', good.replace('k=', '$k=')],
    ['an empty salt', good.replace(`${salt}`, '')],
    ['an empty hash', good.replace(`${hash}`, '')],
    ['upper case', good.replace('hmac-sha256', 'HMAC-SHA256')],
    ['a leading space', ` ${good}`],
    ['a trailing newline', `${good}\n`],
    ['parameters in another order', good.replace('$v=1$k=p1', '$k=p1,v=1')],
    ['parameters in one field', good.replace('$v=1$k=p1', '$v=1,k=p1')],
    ['swapped fields', good.replace('$v=1$k=p1', '$k=p1$v=1')],
    ['an empty key id', good.replace('k=p1', 'k=')],
    ['a long key id', good.replace('p1', 'p'.repeat(17))],
    ['a key id outside its alphabet', good.replace('p1', 'p_1')],
    ['bits that mean nothing', good.replace(/k$/, 'l')],
    ['a line break in base64', good.replace('$vot', '$vo\nt')],
    ['an argon2id string', vectors.hash.argon2id],
    ['nothing', ''],
  ])('refuses %s', (_, text) => {
    expect(text).not.toBe(good)
    expect(parsePhc(text)).toBeNull()
  })

  it('takes any text in linear time, and reads each value from one text only', () => {
    const near = fc
      .tuple(fc.nat({ max: good.length }), fc.nat({ max: 4 }), fc.string({ unit: 'binary', maxLength: 4 }))
      .map(([at, gap, insert]) => good.slice(0, at) + insert + good.slice(at + gap))
    const shaped = fc
      .array(fc.stringMatching(/^[a-zA-Z0-9+/=._-]{0,12}$/), { minLength: 3, maxLength: 6 })
      .map((fields) => `$${fields.join('$')}`)
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), near, shaped), (text) => {
        const phc = parsePhc(text)
        if (phc) expect(formatPhc(phc)).toBe(text)
      }),
      { numRuns: 2_000 },
    )
    expect(parsePhc('$'.repeat(1_000_000))).toBeNull()
    // @ts-expect-error only text is read
    expect(parsePhc(undefined)).toBeNull()
  })

  it('reads back what formatPhc wrote', () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 80 })
    const keyId = fc.option(fc.stringMatching(/^[a-zA-Z0-9.-]{1,16}$/).filter(isKeyId))
    fc.assert(
      fc.property(keyId, bytes, bytes, (keyId, salt, hash) => {
        const phc = parsePhc(formatPhc({ algorithm: 'sha256', keyId, salt, hash }))
        expect(phc?.keyId).toBe(keyId)
        expect([...(phc?.salt ?? [])]).toEqual([...salt])
        expect([...(phc?.hash ?? [])]).toEqual([...hash])
      }),
    )
  })
})
