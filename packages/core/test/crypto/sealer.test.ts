import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hmacSha256 } from '../../src/crypto/hmac-sha256.js'
import { parsePhc } from '../../src/crypto/phc.js'
import { type SealContext, type SealerOptions, sealer } from '../../src/crypto/sealer.js'
import { sha256 } from '../../src/crypto/sha256.js'
import { InvalidInput, InvalidOptions } from '../../src/errors/input-errors.js'
import vectors from '../vectors/crypto.json' with { type: 'json' }

const { sealed, plaintext, tenant, id } = vectors.reveal
const k1 = Buffer.from(vectors.reveal.kek_hex, 'hex')
const k2 = Buffer.alloc(32, 0xab)
const context: SealContext = { purpose: 'apikey-reveal/v1', tenant, id }

const onK1 = sealer({ current: 'k1', keys: { k1, k2 } })
const onK2 = sealer({ current: 'k2', keys: { k1, k2 } })

/** With other bytes behind the last `$`. */
function withHash(change: (bytes: Buffer) => Uint8Array): string {
  const at = sealed.lastIndexOf('$') + 1
  const bytes = Buffer.from(sealed.slice(at), 'base64')
  return sealed.slice(0, at) + Buffer.from(change(bytes)).toString('base64').replaceAll('=', '')
}

function flipped(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes)
  copy.writeUInt8(copy.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
  return copy
}

/** What `open` throws, which must be the same for every cause (ENC-9). */
function refusal(open: () => unknown): unknown {
  try {
    open()
  } catch (error) {
    return error
  }
  return 'opened'
}

describe('sealer', () => {
  it('opens the test vector, which fixes key derivation, bound context and form (ENC-2, ENC-3)', () => {
    expect(onK1.open(sealed, context)).toBe(plaintext)
    expect(parsePhc(sealed)).toMatchObject({ algorithm: 'aes-256-gcm', keyId: 'k1' })
    expect(Buffer.from(parsePhc(sealed)?.salt ?? []).toString('hex')).toBe(vectors.reveal.nonce_hex)
  })

  it('opens what it sealed, for any text and context (ENC-2, ENC-10)', () => {
    const part = fc.string({ unit: 'binary', maxLength: 20 }).filter((text) => !text.includes('\0'))
    const purpose = fc.constantFrom<SealContext['purpose'][]>('apikey-reveal/v1', 'webhook-secret/v1')
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), purpose, part, part, (text, purpose, tenant, id) => {
        const written = String(onK2.seal(text, { purpose, tenant, id }))
        expect(onK1.open(written, { purpose, tenant, id })).toBe(text)
      }),
      { numRuns: 1_000 },
    )
  })

  it('opens nothing in another context (ENC-3)', () => {
    // Few characters: parts that only differ in where one ends and the next begins are common.
    const part = fc.string({ unit: fc.constantFrom('a', 'b', '\u0001', '/', '$'), maxLength: 3 })
    const any = fc.record<SealContext>({
      purpose: fc.constantFrom('apikey-reveal/v1', 'webhook-secret/v1'),
      tenant: part,
      id: part,
    })
    fc.assert(
      fc.property(any, any, (mine, other) => {
        const written = String(onK1.seal(plaintext, mine))
        const same = JSON.stringify(Object.entries(mine).sort()) === JSON.stringify(Object.entries(other).sort())
        expect(refusal(() => onK1.open(written, other)) === 'opened').toBe(same)
      }),
      { numRuns: 1_000 },
    )
  })

  it('uses a fresh nonce of 96 bits each time (ENC-2)', () => {
    const nonces = Array.from({ length: 1_000 }, () => parsePhc(String(onK1.seal('', context)))?.salt ?? [])
    expect(new Set(nonces.map((nonce) => nonce.length))).toEqual(new Set([12]))
    expect(new Set(nonces.map((nonce) => Buffer.from(nonce).toString('hex'))).size).toBe(1_000)
  })

  it('seals with the current key, and opens with the key that the text names (ENC-4)', () => {
    const old = String(onK1.seal(plaintext, context))
    const rewrapped = String(onK2.seal(String(onK2.open(old, context)), context))
    expect([onK2.keyIdOf(old), onK2.keyIdOf(rewrapped)]).toEqual(['k1', 'k2'])
    const onlyK2 = sealer({ current: 'k2', keys: { k2 } })
    expect(onlyK2.open(rewrapped, context)).toBe(plaintext)
    expect(() => onlyK2.open(old, context)).toThrow()
    expect(onlyK2.keyIdOf(old)).toBe('k1')
    expect([onK2.current, onK2.keyIds]).toEqual(['k2', ['k1', 'k2']])
  })
})

describe('a sealed text (ENC-3, ENC-9)', () => {
  const cases: [string, string, Partial<SealContext>?][] = [
    ['for another key id', sealed, { id: 'b1B2c3D4e5F6' }],
    ['for another tenant', sealed, { tenant: 'org_2' }],
    ['for another purpose', sealed, { purpose: 'webhook-secret/v1' }],
    ['for tenant and id swapped', sealed, { tenant: id, id: tenant }],
    ['for a context with NUL', sealed, { tenant: `${tenant}\0${id}` }],
    ['with one bit of the ciphertext flipped', withHash((bytes) => flipped(bytes, 3))],
    ['with one bit of the tag flipped', withHash((bytes) => flipped(bytes, bytes.length * 8 - 1))],
    ['with another key id', sealed.replace('k=k1', 'k=k2')],
    ['with an unknown key id', sealed.replace('k=k1', 'k=k9')],
    ['with a key id like an object member', sealed.replace('k=k1', 'k=constructor')],
    ['without a key id', sealed.replace('$k=k1', '')],
    ['with another nonce', sealed.replace('AAEC', 'AAED')],
    ['with a short nonce', sealed.replace('AAECAwQFBgcICQoL', 'AAECAwQFBgcICQo')],
    ['with a long nonce', sealed.replace('AAECAwQFBgcICQoL', 'AAECAwQFBgcICQoLAAAA')],
    ['cut before the tag', withHash((bytes) => bytes.subarray(0, -16))],
    ['cut to less than a tag', withHash((bytes) => bytes.subarray(0, 15))],
    ['cut to the tag', withHash((bytes) => bytes.subarray(-16))],
    ['with a longer end', withHash((bytes) => Buffer.concat([bytes, Buffer.alloc(1)]))],
    ['of another algorithm', sealed.replace('aes-256-gcm', 'aes-128-gcm')],
    ['of another version', sealed.replace('v=1', 'v=2')],
    ['with padding', `${sealed}==`],
    ['that is a hash', vectors.hash.hmac_p1],
    ['that is the token itself', plaintext],
    ['that is empty', ''],
    ['that is no text', undefined as unknown as string],
    ...[4, 8, 12, 13, 14, 15].map((length): [string, string] => [
      `with a tag of ${length} bytes`,
      withHash((bytes) => bytes.subarray(0, length - 16)),
    ]),
  ]

  it.each(cases)('%s, does not open, and the error does not say why', (_, text, elsewhere) => {
    const error = refusal(() => onK1.open(text, { ...context, ...elsewhere }))
    expect(error).toEqual(new Error('The sealed text cannot be opened.'))
    expect(Object.keys(error as object)).toEqual([])
    expect((error as Error).cause).toBeUndefined()
    expect(inspect(error, { showHidden: true })).not.toContain(plaintext)
  })

  it('does not open when any one bit is changed', () => {
    const bits = Buffer.from(sealed.slice(sealed.lastIndexOf('$') + 1), 'base64').length * 8
    const opened = Array.from({ length: bits }, (_, bit) => withHash((bytes) => flipped(bytes, bit))).filter(
      (text) => refusal(() => onK1.open(text, context)) === 'opened',
    )
    expect(opened).toEqual([])
  })

  it('does not open with a different key of the same id (T2)', () => {
    const elsewhere = sealer({ current: 'k1', keys: { k1: k2 } })
    expect(refusal(() => elsewhere.open(sealed, context))).toEqual(new Error('The sealed text cannot be opened.'))
  })

  it.each([
    ['a hash', vectors.hash.hmac_p1],
    ['another algorithm', sealed.replace('aes-256-gcm', 'aes-128-gcm')],
    ['no key id', sealed.replace('$k=k1', '')],
    ['a short nonce', sealed.replace('AAECAwQFBgcICQoL', 'AAECAwQFBgcICQo')],
    ['less than a tag', withHash((bytes) => bytes.subarray(0, 15))],
    ['', ''],
  ])('has no key id when it is %s', (_, text) => {
    expect(onK1.keyIdOf(text)).toBeNull()
  })
})

describe('the context of a seal', () => {
  it.each(['org_1\0a', '\0', '\ud800', 'a\udc00b'])('with the part %j is refused (ENC-3)', (part) => {
    for (const context of [
      { purpose: 'apikey-reveal/v1', tenant: part, id },
      { purpose: 'apikey-reveal/v1', tenant, id: part },
    ] as const) {
      expect(() => onK1.seal('canary', context)).toThrow(InvalidInput)
      expect(() => onK1.seal('canary', context)).toThrow(expect.objectContaining({ field: 'context' }))
      expect(() => onK1.seal('canary', context)).not.toThrow(/canary/)
    }
  })
})

describe('the keys of sealer', () => {
  const make =
    (keys: SealerOptions['keys'], current = 'k1') =>
    () =>
      sealer({ current, keys })
  const text = k1.toString('base64')

  it('may be base64 text', () => {
    expect(sealer({ current: 'k1', keys: { k1: text } }).open(sealed, context)).toBe(plaintext)
  })

  it.each<[string, string | Uint8Array | undefined]>([
    ['no value', undefined],
    ['31 bytes', k1.subarray(1)],
    ['33 bytes', Buffer.concat([k1, k2.subarray(31)])],
    ['nothing', ''],
    ['32 characters', `canary${'x'.repeat(26)}`],
    ['base64 of 31 bytes', k1.subarray(1).toString('base64')],
    ['base64 without padding', text.replace('=', '')],
    ['base64 for URLs', k2.toString('base64url')],
    ['base64 with a line break', `${text}\n`],
    ['hexadecimal', k1.toString('hex')],
    ['a list', [...k1] as unknown as Uint8Array],
  ])('with %s are refused, in an error that names the id and not the value', (_, key) => {
    expect(make({ k1: key })).toThrow(InvalidOptions)
    expect(make({ k1: key })).toThrow(expect.objectContaining({ field: 'sealer.keys.k1' }))
    expect(make({ k1: key })).not.toThrow(/canary|AAEC|q6ur|0001/)
  })

  it.each(['', 'k_1', 'k 1', 'k$1', 'canary'.repeat(3)])('under the id %j are refused', (id) => {
    expect(make({ k1, [id]: k1 })).toThrow(expect.objectContaining({ field: 'sealer.keys' }))
    expect(make({ k1, [id]: k1 })).not.toThrow(/canary/)
  })

  it.each(['k9', '', 'constructor', '__proto__'])('without the current key %j are refused (ENC-4)', (current) => {
    expect(make({ k1 }, current)).toThrow(expect.objectContaining({ field: 'sealer.current' }))
  })

  it("are copied: later changes of the caller's bytes have no effect", () => {
    const mine = Buffer.from(k1)
    const copied = sealer({ current: 'k1', keys: { k1: mine } })
    mine.fill(0)
    expect(copied.open(sealed, context)).toBe(plaintext)
  })

  it('are not visible on the sealer', () => {
    const shown = inspect(onK1, { showHidden: true, depth: null }) + JSON.stringify(onK1)
    for (const form of ['hex', 'base64', 'latin1'] as const) expect(shown).not.toContain(k1.toString(form))
    expect(shown).not.toContain('00 01 02')
  })

  it('are compared with peppers, whichever form each has (ENC-8)', () => {
    const hasher = (pepper: string | Uint8Array) => hmacSha256({ current: 'p1', peppers: { p1: pepper } })
    expect(onK2.sharesKeyWith(hasher(k1))).toBe(true)
    expect(onK2.sharesKeyWith(hasher(k2))).toBe(true)
    expect(onK2.sharesKeyWith(hasher(text))).toBe(true)
    expect(onK2.sharesKeyWith(hasher(Buffer.alloc(32, 7)))).toBe(false)
    expect(onK2.sharesKeyWith(sha256())).toBe(false)
  })
})
