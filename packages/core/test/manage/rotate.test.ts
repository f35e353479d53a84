import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hmacSha256 } from '../../src/crypto/hmac-sha256.js'
import { memoryStore } from '../../src/memory/memory-store.js'
import {
  auditOf,
  input,
  open,
  owner,
  peppers,
  recordOf,
  start,
  type TestedKeyring,
  write,
  wrong,
} from '../support/setup.js'

const day = 86_400_000
const maxGraceMs = 7 * day

/** A keyring with one key. */
async function withKey(options: Parameters<typeof open>[0] = {}) {
  const host = open(options)
  const { key, token } = await host.keyring.create({ ...input, metadata: { team: 'ops' } })
  return { ...host, id: key.id, key, token: token.reveal() }
}

const rotated = async (keyring: TestedKeyring, id: string, graceMs = 0) =>
  (await keyring.rotate(id, { graceMs })).token.reveal()

describe('rotate (T7, O6, ROT-1)', () => {
  it('gives a new token, and keeps id, grants, owner and history', async () => {
    const { keyring, clock, key, token } = await withKey()
    clock.at += 1_000
    const after = await keyring.rotate(key.id, { graceMs: 60_000 })
    expect(after.key).toEqual({
      ...key,
      updatedAt: new Date(start + 1_000),
      version: 2,
      previousTokenExpiresAt: new Date(start + 61_000),
    })
    expect(after.token.reveal()).toMatch(new RegExp(`^tk_live_${key.id}_`))
    expect(after.token.reveal()).not.toBe(token)
    expect(await keyring.get(key.id)).toEqual(after.key)
    expect((await keyring.list()).keys).toEqual([after.key])
  })

  it.each([0, 1, 60_000, maxGraceMs])(
    'with %i ms of grace lets both tokens work until then, and only the new one from that millisecond on (T45)',
    async (graceMs) => {
      const { keyring, clock, verify, id, token } = await withKey()
      const fresh = await rotated(keyring, id, graceMs)
      if (graceMs > 0) {
        clock.at = start + graceMs - 1
        expect([await verify(token), await verify(fresh)]).toEqual(['ok', 'ok'])
        expect((await keyring.get(id))?.previousTokenExpiresAt).toEqual(new Date(start + graceMs))
      }
      clock.at = start + graceMs
      expect([await verify(token), await verify(fresh)]).toEqual(['api_key_invalid', 'ok'])
      expect((await keyring.get(id))?.previousTokenExpiresAt).toBeNull()
    },
  )

  it('ends the old token at once without a grace', async () => {
    const { keyring, verify, id, token } = await withKey()
    await keyring.rotate(id)
    expect(await verify(token)).toBe('api_key_invalid')
  })

  it.each([-1, 1.5, maxGraceMs + 1, Number.NaN, Number.POSITIVE_INFINITY, '60000', null])(
    'refuses %o as grace, and changes nothing',
    async (graceMs) => {
      const { keyring, store, id, token, verify } = await withKey()
      const before = await recordOf(store, id)
      // as a caller without types may
      await expect(keyring.rotate(id, { graceMs: graceMs as number })).rejects.toMatchObject({
        code: 'invalid_input',
        field: 'graceMs',
      })
      expect(await recordOf(store, id)).toEqual(before)
      expect(await verify(token)).toBe('ok')
    },
  )

  it('keeps a disabled key disabled, and both of its tokens work once it is enabled', async () => {
    const { keyring, verify, id, token } = await withKey()
    await keyring.disable(id)
    const fresh = await rotated(keyring, id, day)
    expect((await keyring.get(id))?.status).toBe('disabled')
    expect([await verify(token), await verify(fresh)]).toEqual(['api_key_disabled', 'api_key_disabled'])
    await keyring.enable(id)
    expect([await verify(token), await verify(fresh)]).toEqual(['ok', 'ok'])
  })

  it.each(['disable', 'revoke', 'delete'] as const)('followed by %s ends both tokens at once', async (verb) => {
    const { keyring, verify, id, token } = await withKey()
    const fresh = await rotated(keyring, id, day)
    await keyring[verb](id)
    const code = { disable: 'api_key_disabled', revoke: 'api_key_revoked', delete: 'api_key_invalid' }[verb]
    expect([await verify(token), await verify(fresh)]).toEqual([code, code])
    expect((await keyring.get(id))?.previousTokenExpiresAt ?? null).toEqual(
      verb === 'disable' ? new Date(start + day) : null,
    )
  })

  it.each([
    ['a revoked key', (keyring: TestedKeyring, id: string) => keyring.revoke(id), 'invalid_state'],
    ['a deleted key', (keyring: TestedKeyring, id: string) => keyring.delete(id), 'key_not_found'],
  ])('refuses %s', async (_what, end, code) => {
    const { keyring, store, id } = await withKey()
    await end(keyring, id)
    const before = await recordOf(store, id)
    await expect(keyring.rotate(id)).rejects.toMatchObject({ code })
    expect(await recordOf(store, id)).toEqual(before)
  })

  it('refuses an expired key from its very millisecond on, and a key of a removed environment', async () => {
    const { keyring, clock, store } = open()
    const expiresAt = new Date(start + 10)
    const { key } = await keyring.create({ ...input, expiresAt, environment: 'test' })
    clock.at = start + 9
    await keyring.rotate(key.id)
    const live = open({ store, environments: ['live'] }).keyring
    await expect(live.rotate(key.id)).rejects.toMatchObject({ code: 'invalid_state' })
    clock.at = start + 10
    await expect(keyring.rotate(key.id)).rejects.toMatchObject({ code: 'invalid_state', status: 'expired' })
  })

  it.each([
    ['another organisation', { organizationId: 'org2' }],
    ['another owner', { owner: { ...owner, id: 'u2' } }],
  ])('finds no key within %s', async (_what, within) => {
    const { keyring, id, token, verify } = await withKey()
    await expect(keyring.rotate(id, {}, { within })).rejects.toMatchObject({ code: 'key_not_found' })
    expect(await verify(token)).toBe('ok')
  })

  it('is refused to an actor with fewer rights than the key, but not to its owner (SCOPE-14)', async () => {
    const { keyring, id } = await withKey({ resolveOwner: () => ({ scopes: [] }) })
    await expect(keyring.rotate(id, {}, { actor: { type: 'user', id: 'u2' } })).rejects.toMatchObject({
      code: 'scope_exceeds_actor',
      field: 'scopes',
    })
    await expect(keyring.rotate(id, {}, { actor: { type: 'key', id } })).rejects.toMatchObject({
      code: 'scope_exceeds_actor',
    })
    expect((await keyring.rotate(id, {}, { actor: { type: 'user', id: owner.id } })).key.id).toBe(id)
  })

  it('records who, when and the end of the grace, and nothing secret (AUD-1)', async () => {
    const { keyring, store, id, token } = await withKey()
    const actor = { type: 'user', id: owner.id } as const
    const context = { requestId: 'r1', ip: '203.0.113.7', userAgent: 'x'.repeat(300) }
    const { token: fresh } = await keyring.rotate(id, { graceMs: day }, { actor, context })
    const records = await auditOf(store)
    expect(records.at(-1)).toMatchObject({
      seq: 2,
      type: 'api_key.rotated',
      actor,
      keyId: id,
      at: new Date(start),
      context: { ...context, userAgent: 'x'.repeat(256) },
      data: { previousTokenExpiresAt: new Date(start + day).toISOString() },
    })
    const { hash, previousHash } = await recordOf(store, id)
    const text = JSON.stringify(records)
    for (const secret of [token, fresh.reveal()].map((whole) => whole.slice(-38, -6)))
      expect(text).not.toContain(secret)
    for (const kept of [hash, previousHash]) expect(text).not.toContain(kept?.split('$').at(-1))
  })
})

describe('rotate, in any sequence of changes,', () => {
  type Step =
    | { readonly verb: 'rotate'; readonly graceMs: number }
    | { readonly verb: 'wait'; readonly ms: number }
    | { readonly verb: 'disable' | 'enable' | 'revoke' }

  const ms = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom(day, maxGraceMs))
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 4, arbitrary: fc.record({ verb: fc.constant('rotate' as const), graceMs: ms }) },
    { weight: 3, arbitrary: fc.record({ verb: fc.constant('wait' as const), ms }) },
    { weight: 2, arbitrary: fc.record({ verb: fc.constantFrom('disable' as const, 'enable' as const) }) },
    { weight: 1, arbitrary: fc.constant({ verb: 'revoke' as const }) },
  )

  it('leaves at most two live tokens: the current one, and the one before it in its grace (ROT-1)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const { keyring, clock, store, id, token } = await withKey()
        // The model: every token ever given out, with the end of its grace; the last one has none.
        const tokens = [{ text: token, until: Number.POSITIVE_INFINITY }]
        let status = 'active'
        for (const taken of steps) {
          if (taken.verb === 'wait') clock.at += taken.ms
          else if (taken.verb !== 'rotate') {
            const isDone = await keyring[taken.verb](id).then(
              () => true,
              () => false,
            )
            expect(isDone).toBe(status !== 'revoked' || taken.verb === 'revoke')
            if (isDone) status = { disable: 'disabled', enable: 'active', revoke: 'revoked' }[taken.verb]
          } else if (status === 'revoked') {
            await expect(keyring.rotate(id)).rejects.toMatchObject({ code: 'invalid_state' })
          } else {
            for (const older of tokens) older.until = Math.min(older.until, clock.at)
            const last = tokens.at(-1)
            if (last !== undefined) last.until = clock.at + taken.graceMs
            tokens.push({ text: await rotated(keyring, id, taken.graceMs), until: Number.POSITIVE_INFINITY })
          }
          const expected = tokens.map(({ until }) => status === 'active' && clock.at < until)
          // Another keyring each time: one alone would take all the dead tokens for guesses, and answer late.
          const { verify } = open({ store })
          const actual = await Promise.all(tokens.map(async ({ text }) => (await verify(text)) === 'ok'))
          expect(actual).toEqual(expected)
          expect(actual.filter(Boolean).length).toBeLessThanOrEqual(2)
        }
      }),
      { numRuns: 150 },
    )
  })
})

describe('rotate, at the same time as', () => {
  it('another rotation of the key: one wins, the other is told, and two tokens live (FI-38)', async () => {
    const { keyring, store, verify, id, token } = await withKey()
    const calls = await Promise.allSettled([1, 2].map(() => rotated(keyring, id, day)))
    const won = calls.flatMap((call) => (call.status === 'fulfilled' ? [call.value] : []))
    expect(won).toHaveLength(1)
    expect(calls.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'invalid_state' } })
    expect(await Promise.all([token, ...won].map(verify))).toEqual(['ok', 'ok'])
    expect((await auditOf(store)).map(({ type }) => type)).toEqual(['api_key.created', 'api_key.rotated'])
  })

  const verbs = ['rotate', 'rotate', 'rotate', 'update', 'disable', 'revoke'] as const

  it('any other change: the last state of the key holds for every token (FI-38, FI-39)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.shuffledSubarray([...verbs], { minLength: 2 }), async (scheduler, taken) => {
        const host = await withKey()
        const { store, keyring, id } = host
        const { find } = store
        store.find = scheduler.scheduleFunction(async (id: string) => find(id))
        store.change = scheduler.scheduleFunction(store.change)
        // Every token that was made, also those of calls that failed later.
        const made = [host.token]
        const hasher = hmacSha256({ current: 'p1', peppers })
        const watched = open({
          store,
          hasher: {
            ...hasher,
            hash: (hashed) => {
              made.push(hashed.token)
              return hasher.hash(hashed)
            },
          },
        }).keyring
        const run = {
          rotate: () => rotated(watched, id, day),
          update: () => watched.update(id, { name: 'renamed' }),
          disable: () => watched.disable(id),
          revoke: () => watched.revoke(id),
        }
        const calls = Promise.allSettled(taken.map((verb) => run[verb]()))
        await scheduler.waitFor(calls)
        const given = (await calls).flatMap((call, index) =>
          taken[index] === 'rotate' && call.status === 'fulfilled' ? [call.value] : [],
        )
        for (const call of await calls) {
          if (call.status === 'rejected') expect(call.reason).toMatchObject({ code: 'invalid_state' })
        }

        const reader = Promise.all(made.map(async (text) => (await keyring.verify(text)).ok))
        await scheduler.waitFor(reader)
        const answers = await reader
        const alive = made.filter((_, index) => answers[index])
        if (taken.includes('revoke') || taken.includes('disable')) expect(alive).toEqual([])
        else {
          expect(alive.length).toBe(Math.min(2, given.length + 1))
          for (const text of alive) expect([host.token, ...given]).toContain(text)
        }
        const records = store.listAudit({ organizationId: owner.organizationId, order: 'asc', limit: 100 })
        expect((await records).filter(({ type }) => type === 'api_key.rotated')).toHaveLength(given.length)
      }),
      { numRuns: 200 },
    )
  })

  it('a change before its lock: it starts again, on the changed key', async () => {
    const { keyring, store, verify, id, token } = await withKey()
    const { find } = store
    store.find = async (sought) => {
      const found = await find(sought)
      store.find = find
      // Another process renames the key, and a verification there replaces its hash: no rotation.
      await write(store, id, { name: 'renamed' })
      const record = await recordOf(store, id)
      const hash = await hmacSha256({ current: 'p2', peppers }).hash({ id, token })
      await store.replaceHash(id, { hash: record.hash ?? '', lookupDigest: null }, { hash, lookupDigest: null })
      return found
    }
    const after = await keyring.rotate(id, { graceMs: day })
    expect(after.key.name).toBe('renamed')
    expect([await verify(token), await verify(after.token.reveal())]).toEqual(['ok', 'ok'])
    expect((await recordOf(store, id)).previousHash).toContain('k=p2$')
  })
})

describe('use of an old token (ROT-3)', () => {
  type Ending = (host: Awaited<ReturnType<typeof withKey>>) => Promise<string>
  const superseded: Ending = async ({ keyring, id, token }) => {
    await keyring.rotate(id)
    return token
  }
  const afterGrace: Ending = async ({ keyring, clock, id, token }) => {
    await keyring.rotate(id, { graceMs: 10 })
    clock.at += 10
    return token
  }
  const inGrace: Ending = async ({ keyring, id, token }) => {
    await keyring.rotate(id, { graceMs: 10 })
    return token
  }
  const revoked: Ending = async ({ keyring, id, token }) => {
    await keyring.revoke(id)
    return token
  }
  const leaked: Ending = async ({ keyring, id, token }) => {
    await keyring.revoke(id, { reason: 'leaked' })
    return token
  }
  const revokedInGrace: Ending = async (host) => {
    const token = await inGrace(host)
    await host.keyring.revoke(host.id)
    return token
  }
  const supersededAndRevoked: Ending = async (host) => {
    const token = await superseded(host)
    await host.keyring.revoke(host.id)
    return token
  }

  it.each([
    ['superseded', superseded, 'api_key_invalid'],
    ['after its grace', afterGrace, 'api_key_invalid'],
    ['revoked', revoked, 'api_key_revoked'],
    ['revoked as leaked', leaked, 'api_key_invalid'],
    ['revoked in its grace', revokedInGrace, 'api_key_revoked'],
    ['superseded, of a key revoked since', supersededAndRevoked, 'api_key_revoked'],
  ])('(%s) emits an event', async (_what, end, code) => {
    const host = await withKey()
    const token = await end(host)
    expect(await host.verify(token)).toBe(code)
    expect(host.events).toContainEqual(
      expect.objectContaining({ type: 'api_key.used_after_revocation', keyId: host.id }),
    )
  })

  it.each([
    ['in its grace', inGrace, 'ok'],
    ['that never was', async (host) => wrong(await superseded(host)), 'api_key_invalid'],
    [
      'of a key that is disabled',
      async ({ keyring, id, token }) => {
        await keyring.disable(id)
        return token
      },
      'api_key_disabled',
    ],
  ] as [string, Ending, string][])('emits no event for a token %s', async (_what, end, code) => {
    const host = await withKey()
    const token = await end(host)
    expect(await host.verify(token)).toBe(code)
    expect(host.events).not.toContainEqual(expect.objectContaining({ type: 'api_key.used_after_revocation' }))
  })
})

describe('a retired pepper (HASH-5)', () => {
  /** A key of the pepper p1, rotated under p2, and a keyring that knows p2 alone. */
  const retired = async (graceMs: number) => {
    const clock = { at: start }
    const store = memoryStore({ now: () => new Date(clock.at) })
    const { id, token } = await withKey({ store })
    const fresh = await rotated(open({ store, hasher: hmacSha256({ current: 'p2', peppers }) }).keyring, id, graceMs)
    const now = open({ store, hasher: hmacSha256({ current: 'p2', peppers: { p2: peppers.p2 } }) })
    const codes = async () => (await now.keyring.doctor()).map(({ code }) => code)
    return { ...now, clock, codes, token, fresh }
  }

  it('that a token in grace needs gives no verdict, and the doctor reports it', async () => {
    const { verify, codes, clock, token, fresh } = await retired(day)
    expect([await verify(fresh), await verify(token)]).toEqual(['ok', 'auth_unavailable'])
    expect(await codes()).toContain('unreadable_hashes')
    clock.at = start + day
    expect(await codes()).not.toContain('unreadable_hashes')
  })

  it('that only a token past its grace needs is not missed', async () => {
    const { verify, codes, token, fresh } = await retired(0)
    expect([await verify(fresh), await verify(token), await verify(wrong(fresh))]).toEqual([
      'ok',
      'api_key_invalid',
      'api_key_invalid',
    ])
    expect(await codes()).not.toContain('unreadable_hashes')
  })
})
