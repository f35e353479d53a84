import { createGate, createKeyring, defineAccess, type Hasher, type KeyringEvent, memoryStore } from '@keywright/core'
import { formatToken } from '@keywright/core/token'
import { describe, expect, it } from 'vitest'
import { argon2id, HasherBusy } from '../src/index.js'

const access = defineAccess({ scopes: { 'project.read': 'See projects' } })
const cheap = { memoryKiB: 7_168, iterations: 5 }

function open(hasher: Hasher, store = memoryStore()) {
  const events: KeyringEvent[] = []
  const onEvent = (event: KeyringEvent) => {
    events.push(event)
  }
  const keys = createKeyring({ prefix: 'tk', access, store, hasher, resolveOwner: 'uncapped', onEvent })
  return { keys, store, events }
}

const draft = {
  name: 'Deploys',
  owner: { type: 'user', id: 'u-1', organizationId: 'o-1' },
  scopes: ['project.read'],
} as const

describe('a keyring with argon2id', () => {
  it('issues keys, and accepts only their tokens', async () => {
    const { keys, store } = open(argon2id(cheap))
    const { key, token } = await keys.create(draft)
    expect((await store.find(key.id))?.record.hash).toMatch(/^\$argon2id\$v=19\$m=7168,t=5,p=1\$/)
    expect(await keys.verify(token.reveal(), { scopes: ['project.read'] })).toMatchObject({ ok: true })

    const secret = 'a'.repeat(32)
    for (const [id, reason] of [
      [key.id, 'secret'],
      ['nobody000000', 'unknown'],
    ] as const) {
      const forged = formatToken({ namespace: 'tk', id, secret })
      expect(await keys.verify(forged)).toMatchObject({ refusal: { code: 'api_key_invalid', reason } })
    }
  })

  it('hashes a token of another cost again after a successful verification (HASH-4)', async () => {
    const before = open(argon2id(cheap))
    const { key, token } = await before.keys.create(draft)
    const costlier = argon2id({ ...cheap, iterations: 6 })
    const after = open(costlier, before.store)
    expect(await after.keys.verify(token.reveal())).toMatchObject({ ok: true })
    await after.keys.close()
    const { hash } = (await before.store.find(key.id))?.record ?? {}
    expect(hash?.startsWith(costlier.currentPrefix)).toBe(true)
    expect(await after.keys.verify(token.reveal())).toMatchObject({ ok: true })
  })

  it('lets one key’s holder, or one network, keep nobody else out (HASH-14)', async () => {
    const { keys } = open(argon2id({ ...cheap, concurrency: 1, maxQueue: 8 }))
    const [greedy, other] = await Promise.all([keys.create(draft), keys.create(draft)])
    const flood = (ip: string | null) =>
      Array.from({ length: 200 }, () => keys.verify(greedy.token.reveal(), { ip }).then(({ ok }) => ok))
    const unknown = flood(null)
    expect(await keys.verify(other.token.reveal())).toMatchObject({ ok: true })
    const near = flood('203.0.113.9')
    expect(await keys.verify(other.token.reveal(), { ip: '203.0.113.9' })).toMatchObject({ ok: true })
    // Wrong secrets from elsewhere, for the id of a key that is in use.
    const guess = formatToken({ namespace: 'tk', id: other.key.id, secret: 'a'.repeat(32) })
    const guesses = Array.from({ length: 200 }, () => keys.verify(guess, { ip: '198.51.100.7' }))
    expect(await keys.verify(other.token.reveal(), { ip: '203.0.113.9' })).toMatchObject({ ok: true })
    // Ids that nobody has, each another, all from one network.
    const madeUp = Array.from({ length: 200 }, (_, index) => {
      const id = `nobody${String(index).padStart(6, '0')}`
      return keys.verify(formatToken({ namespace: 'tk', id, secret: 'a'.repeat(32) }), { ip: '198.51.100.8' })
    })
    expect(await keys.verify(other.token.reveal(), { ip: '203.0.113.9' })).toMatchObject({ ok: true })
    // The flood itself is served as well, within its share.
    for (const outcomes of [unknown, near]) expect((await Promise.all(outcomes)).filter(Boolean)).not.toHaveLength(0)
    await Promise.all([...guesses, ...madeUp])
  })

  it('answers 503 with Retry-After at once when the hasher is busy, and recovers (HASH-10)', async () => {
    const { keys, events } = open(argon2id({ ...cheap, concurrency: 1, maxQueue: 2 }))
    const { token } = await keys.create(draft)
    const gate = createGate(keys)
    const request = { fields: [['Authorization', `Bearer ${token.reveal()}`]], url: '/' } as const
    const verdicts = await Promise.all(Array.from({ length: 10 }, () => gate(request, request)))
    const refused = verdicts.flatMap((verdict) => (verdict.ok ? [] : [verdict]))
    expect(refused).toHaveLength(7)
    for (const { reply } of refused) expect(reply).toMatchObject({ status: 503, headers: { 'Retry-After': '5' } })
    expect(events.filter(({ type }) => type === 'keyring.outage_began')).toEqual([
      { type: 'keyring.outage_began', reason: 'hash', error: expect.any(HasherBusy), at: expect.any(Date) },
    ])
    expect((await gate(request, request)).ok).toBe(true)
  })

  it('refuses a damaged row as auth_unavailable, never as a bad key (HASH-1)', async () => {
    const { keys, store } = open(argon2id(cheap))
    const { key, token } = await keys.create(draft)
    const { hash, lookupDigest } = (await store.find(key.id))?.record ?? expect.fail('not stored')
    const greedy = hash?.replace('m=7168', 'm=4194304') ?? ''
    await store.replaceHash(key.id, { hash: hash ?? '', lookupDigest }, { hash: greedy, lookupDigest })
    expect(await keys.verify(token.reveal())).toMatchObject({ refusal: { code: 'auth_unavailable', reason: 'hash' } })
  })
})
