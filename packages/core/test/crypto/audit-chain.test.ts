import { createHash, createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chainHash, GENESIS } from '../../src/crypto/audit-chain.js'
import { canonicalJson } from '../../src/crypto/canonical-json.js'
import { InvalidInput } from '../../src/errors/input-errors.js'
import vectors from '../vectors/crypto.json' with { type: 'json' }

const key = Buffer.alloc(32, 7)
const digest = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'))
const event = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)))

describe('chainHash', () => {
  it.each(vectors.audit)('gives the hash of vector $event.seq (AUD-4)', ({ event, canonical, prev, hash }) => {
    expect(canonicalJson(event)).toBe(canonical)
    expect(chainHash(prev, event)).toBe(hash)
  })

  it('links the vectors into one chain, which begins with 32 zero bytes (AUD-4)', () => {
    expect(GENESIS).toBe('00'.repeat(32))
    const head = vectors.audit.reduce((previous, { event }) => chainHash(previous, event), GENESIS)
    expect(head).toBe(vectors.audit.at(-1)?.hash)
  })

  it('hashes the label, the previous bytes and the canonical event only, and is a MAC with a key (AUD-6)', () => {
    fc.assert(
      fc.property(digest, event, (previous, event) => {
        const message = Buffer.concat([
          Buffer.from('audit/v1\0'),
          Buffer.from(previous, 'hex'),
          Buffer.from(canonicalJson(event)),
        ])
        expect(chainHash(previous, event)).toBe(createHash('sha256').update(message).digest('hex'))
        expect(chainHash(previous, event, key)).toBe(createHmac('sha256', key).update(message).digest('hex'))
      }),
      { numRuns: 1_000 },
    )
  })

  it('differs when the event, the previous hash or the key differs (AUD-5, AUD-6)', () => {
    fc.assert(
      fc.property(digest, digest, event, event, (before, otherBefore, event, otherEvent) => {
        const hash = chainHash(before, event)
        const same = before === otherBefore && canonicalJson(event) === canonicalJson(otherEvent)
        expect(chainHash(otherBefore, otherEvent) === hash).toBe(same)
        expect(chainHash(before, event, key)).not.toBe(hash)
        expect(chainHash(before, event, key)).not.toBe(chainHash(before, event, Buffer.alloc(32, 8)))
      }),
      { numRuns: 1_000 },
    )
  })

  it.each(['', '0', '0'.repeat(63), '0'.repeat(65), 'A'.repeat(64), 'g'.repeat(64), `${'0'.repeat(64)}\n`])(
    'refuses %j as the previous hash',
    (previous) => {
      expect(() => chainHash(previous, {})).toThrow(InvalidInput)
      expect(() => chainHash(previous, {})).toThrow(expect.objectContaining({ field: 'previous' }))
    },
  )

  it('refuses an event that has no canonical form', () => {
    expect(() => chainHash(GENESIS, { seq: Number.NaN })).toThrow(InvalidInput)
  })
})
