import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Hasher } from '../../src/crypto/hasher.js'
import { hmacSha256 } from '../../src/crypto/hmac-sha256.js'
import { slowHasher } from '../manage/slow-hasher.js'
import { forge, good, open, peppers, start, write, wrong } from '../support/setup.js'

const counted = vi.hoisted(() => ({ macs: 0 }))

vi.mock(import('node:crypto'), async (original) => {
  const actual = await original()
  return {
    ...actual,
    // An HMAC is two of these.
    default: {
      ...actual.default,
      hash: new Proxy(actual.hash, {
        apply: (hash, own, args) => {
          counted.macs += 0.5
          return Reflect.apply(hash, own, args)
        },
      }),
    },
  }
})

afterEach(() => {
  counted.macs = 0
})

async function make() {
  const world = open()
  const { key, token } = await world.keyring.create({ ...good, scopes: ['*'] })
  const work = async (text: string) => {
    counted.macs = 0
    world.storage.calls.length = 0
    world.hashing.calls.length = 0
    const verdict = await world.keyring.verify(text)
    await world.keyring.close()
    return { verdict, storage: [...world.storage.calls], hashing: world.hashing.calls.length, macs: counted.macs }
  }
  return { ...world, id: key.id, token: token.reveal(), work }
}

describe('text that is no token', () => {
  it('is refused without a read of the store and without a hash (TOK-6)', async () => {
    const { token, work } = await make()
    const flipped = token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A')
    const texts = {
      empty: '',
      too_long: `${token}${'a'.repeat(255)}`,
      prefix: token.replace('live', 'test'),
      length: `${token}a`,
      alphabet: token.replace(/.{10}$/, '-$&').slice(0, token.length),
      checksum: flipped,
      checksum_range: token.replace(/.{6}$/, 'zzzzzz'),
    }
    for (const [reason, text] of Object.entries(texts)) {
      const { verdict, ...spent } = await work(text)
      const refusal = text === '' ? { code: 'api_key_missing' } : { code: 'api_key_invalid', reason, keyId: null }
      expect(verdict).toEqual({ ok: false, refusal, rateLimits: [] })
      expect(spent).toEqual({ storage: [], hashing: 0, macs: 0 })
    }
  })

  it('of any kind gets a verdict, and never makes verify throw (TOK-6, fuzz)', async () => {
    const { token, work } = await make()
    const near = fc
      .tuple(fc.nat({ max: token.length }), fc.nat({ max: 3 }), fc.string({ unit: 'binary', maxLength: 3 }))
      .map(([at, gap, insert]) => token.slice(0, at) + insert + token.slice(at + gap))
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string({ unit: 'binary' }), near, fc.anything()), async (presented) => {
        const { verdict, ...spent } = await work(presented as string) // wrong on purpose
        expect(verdict.ok).toBe(presented === token)
        if (presented !== token) expect(spent).toEqual({ storage: [], hashing: 0, macs: 0 })
      }),
      { numRuns: 300 },
    )
  })
})

describe('a token whose secret is wrong', () => {
  it('costs one read and one MAC, as an unknown id does, and is refused alike (HASH-7)', async () => {
    const { keyring, id, token, work } = await make()
    const unknown = await work(forge(token, { id: 'a1B2c3D4e5F6' }))
    expect(unknown).toMatchObject({ storage: ['find'], hashing: 1, macs: 1 })
    expect(unknown.verdict).toMatchObject({ refusal: { code: 'api_key_invalid' } })
    const steps = [
      () => {},
      () => keyring.disable(id),
      () => keyring.revoke(id, { reason: 'leaked' }),
      () => keyring.delete(id),
    ]
    for (const step of steps) {
      await step()
      const { verdict, ...spent } = await work(wrong(token))
      expect(spent).toEqual({ storage: ['find'], hashing: 1, macs: 1 })
      expect(verdict).toMatchObject({ refusal: { code: 'api_key_invalid', reason: 'secret' } })
      if (verdict.ok || unknown.verdict.ok) throw new Error('passed')
      expect(Object.keys(verdict.refusal)).toEqual(Object.keys(unknown.verdict.refusal))
    }
  })

  it('costs the hasher what an unknown id costs, whoever made the stored hash (HASH-15)', async () => {
    const other = slowHasher()
    const imports = { imports: { slowHasher: other }, failureLimit: { limit: 100, windowMs: 60_000 } }
    const callsFor = async (hasher: Hasher, hashOf: (id: string) => unknown) => {
      const { store, keyring, hashing } = open({ hasher, ...imports })
      const { key, token } = await keyring.create(good)
      await write(store, key.id, { hash: String(await hashOf(key.id)) })
      hashing.calls.length = 0
      expect(await keyring.verify(wrong(token.reveal()))).toMatchObject({ refusal: { reason: 'secret' } })
      return hashing.calls.filter((name) => name === 'verify' || name === 'dummy')
    }
    const peppered = hmacSha256({ current: 'p1', peppers })
    const slow = (id: string) => other.hash({ id, token: 'another' })
    expect(await callsFor(peppered, (id) => peppered.hash({ id, token: 'another' }))).toEqual(['verify'])
    expect(await callsFor(peppered, () => `sha256:${'0'.repeat(64)}`)).toEqual(['dummy'])
    expect(await callsFor(peppered, slow)).toEqual(['dummy'])
    // A hash that the hasher itself can read is its own, though the one for imports could read it as well.
    expect(await callsFor(slowHasher(), slow)).toEqual(['verify'])
  })

  it('learns nothing of the key, while the right secret learns the first reason (HASH-8)', async () => {
    const state = fc.record({
      status: fc.constantFrom('active', 'disabled', 'revoked', 'unknown'),
      environment: fc.constantFrom('live', 'test', null),
      expiresAt: fc.constantFrom(null, new Date(start), new Date(start + 1), new Date(Number.NaN)),
      revokedReason: fc.constantFrom(null, 'leaked', 'left the company'),
      damaged: fc.constantFrom([], ['grants']),
    } as const)
    type State = typeof state extends fc.Arbitrary<infer T> ? T : never
    const first = ({ status, environment, expiresAt, revokedReason, damaged }: State): string => {
      if (status === 'revoked') return revokedReason === 'leaked' ? 'api_key_invalid' : 'api_key_revoked'
      if (status !== 'active') return 'api_key_disabled'
      if (environment !== 'live') return 'api_key_invalid'
      if (expiresAt !== null && expiresAt.getTime() !== start + 1) return 'api_key_expired'
      return damaged.length > 0 ? 'insufficient_scope' : 'ok'
    }
    await fc.assert(
      fc.asyncProperty(state, fc.boolean(), async (changes, includes) => {
        // A key of its own, for too many wrong secrets of one key are answered late.
        const { store, storage, keyring, id, token } = await make()
        await write(store, id, { expiresAt: new Date(start + 1_000) })
        storage.stubs.find = async (asked) => {
          const found = await store.find(asked)
          return found && { ...found, record: { ...found.record, ...changes } }
        }
        const verdict = await keyring.verify(includes ? token : wrong(token))
        const invalid = { code: 'api_key_invalid', reason: 'secret', keyId: id }
        if (includes) expect(verdict.ok ? 'ok' : verdict.refusal.code).toBe(first(changes))
        else expect(verdict).toEqual({ ok: false, refusal: invalid, rateLimits: [] })
      }),
      { numRuns: 300 },
    )
  })
})
