import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import vectors from '../../core/test/vectors/crypto.json' with { type: 'json' }
import { formatHash, parseHash } from '../src/phc-string.js'
import { engine } from './engine.js'

const { argon2id: own, argon2id_phc_spec: peppered } = vectors.hash

describe('a stored hash', () => {
  it('is parsed field by field', () => {
    expect(parseHash(own)).toEqual({
      cost: { memoryKiB: 19_456, iterations: 2, parallelism: 1 },
      salt: Buffer.from('0123456789abcdef'),
      hash: Buffer.from('jw7dDK48IaoaXDIFEykd2TIklSAu2W6QNiZToB2SdIk', 'base64'),
    })
  })

  it('has the meaning of the PHC specification: the engine computes its example', async () => {
    const { cost, salt, hash } = parseHash(peppered) ?? expect.fail('not read')
    const { memoryKiB: memoryCost, iterations: timeCost, parallelism } = cost
    const secret = Buffer.from('pepper')
    expect(await engine.hashRaw('hunter2', { memoryCost, timeCost, parallelism, salt, secret })).toEqual(hash)
  })

  it('may have 8 to 48 bytes of salt', () => {
    const salted = (bytes: number) => {
      const salt = Buffer.alloc(bytes, 7)
      return parseHash(
        formatHash({ cost: { memoryKiB: 8, iterations: 1, parallelism: 1 }, salt, hash: new Uint8Array(32) }),
      )
    }
    expect([0, 7, 8, 16, 48, 49, 64].filter((bytes) => salted(bytes) !== null)).toEqual([8, 16, 48])
  })

  it.each([
    ['nothing', ''],
    ['argon2i', own.replace('argon2id', 'argon2i')],
    ['argon2d', own.replace('argon2id', 'argon2d')],
    ['another algorithm', vectors.hash.hmac_p1],
    ['upper case', own.replace('argon2id', 'ARGON2ID')],
    ['a leading space', ` ${own}`],
    ['a line break at the end', `${own}\n`],
    ['another version', own.replace('v=19', 'v=16')],
    ['no version', own.replace('$v=19', '')],
    ['parameters in another order', own.replace('m=19456,t=2', 't=2,m=19456')],
    ['a parameter missing', own.replace(',p=1', '')],
    ['a parameter twice', own.replace(',p=1', ',p=1,p=1')],
    ['a key id', own.replace(',p=1', ',p=1,keyid=cDE')],
    ['a leading zero', own.replace('t=2', 't=02')],
    ['a sign', own.replace('t=2', 't=+2')],
    ['a fraction', own.replace('t=2', 't=2.0')],
    ['an exponent', own.replace('m=19456', 'm=1e4')],
    ['padding', `${own}=`],
    ['the URL-safe alphabet', own.replace(/.$/, '_')],
    ['bits beyond the last byte', own.replace(/k$/, 'l')],
    ['bits beyond the salt', own.replace('Zg$', 'Zh$')],
    ['a short hash', own.slice(0, -1)],
    ['a long hash', `${own}A`],
    ['no hash', own.slice(0, own.lastIndexOf('$') + 1)],
    ['an empty salt', own.replace('MDEyMzQ1Njc4OWFiY2RlZg', '')],
    ['an extra field', `${own}$x`],
  ])('with %s is not parsed', (_, text) => {
    expect(text).not.toBe(own)
    expect(parseHash(text)).toBeNull()
  })

  it.each([
    ['gigabytes', 'm=4194304,t=2,p=1'],
    ['more memory than the ceiling', 'm=131073,t=1,p=1'],
    ['more than a number holds', 'm=99999999999999999999,t=2,p=1'],
    ['minutes', 'm=19456,t=4294967295,p=1'],
    ['more passes than the ceiling', 'm=19456,t=11,p=1'],
    ['more lanes than the ceiling', 'm=19456,t=2,p=17'],
    ['less memory than argon2 has', 'm=15,t=2,p=2'],
    ['no memory', 'm=0,t=2,p=1'],
    ['no pass', 'm=19456,t=0,p=1'],
    ['no lane', 'm=19456,t=2,p=0'],
  ])('with a cost of %s is not parsed (HASH-10, T7)', (_, parameters) => {
    expect(parseHash(own.replace('m=19456,t=2,p=1', parameters))).toBeNull()
  })

  it('has exactly one spelling that is parsed (fuzz)', () => {
    const near = fc
      .tuple(fc.nat({ max: own.length }), fc.nat({ max: 3 }), fc.string({ unit: 'binary', maxLength: 3 }))
      .map(([at, gap, insert]) => own.slice(0, at) + insert + own.slice(at + gap))
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), near), (text) => {
        const read = parseHash(text)
        expect(read === null ? text : formatHash(read)).toBe(text)
        expect(read?.cost.memoryKiB ?? 0).toBeLessThanOrEqual(131_072)
      }),
      { numRuns: 2_000 },
    )
  })
})
