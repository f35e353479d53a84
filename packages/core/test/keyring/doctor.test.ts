import { describe, expect, it, vi } from 'vitest'
import { hmacSha256 } from '../../src/crypto/hmac-sha256.js'
import { sealer } from '../../src/crypto/sealer.js'
import { sha256 } from '../../src/crypto/sha256.js'
import { memoryStore } from '../../src/memory/memory-store.js'
import type { DoctorFinding } from '../../src/reads/doctor-finding.js'
import { input, open, peppers, recordOf, start, write } from '../support/setup.js'

const keys = { k1: Buffer.alloc(32, 1), k2: Buffer.alloc(32, 2) }
const seals = (current: 'k1' | 'k2', known: Partial<typeof keys> = keys) => sealer({ current, keys: known })
const peppered = (current: 'p1' | 'p2', known: Partial<typeof peppers> = peppers) =>
  hmacSha256({ current, peppers: known })

/** Keyrings over one store whose clock is the process's, or differs from it. */
function hosted(differenceMs = 0) {
  const store = memoryStore({ now: () => new Date(Date.now() + differenceMs) })
  return { store, over: (options: Parameters<typeof open>[0] = {}) => open({ store, ...options }) }
}

const error = (code: DoctorFinding['code'], text: RegExp) => ({
  code,
  severity: 'error',
  message: expect.stringMatching(text),
})
const warning = (code: DoctorFinding['code'], text: RegExp) => ({ ...error(code, text), severity: 'warning' })

describe('doctor', () => {
  it('finds nothing in a healthy store with keys of each status, rotated, sealed, and under either pepper', async () => {
    const { over } = hosted()
    const { keyring: before } = over({ hasher: peppered('p1'), reveal: seals('k1') })
    const [a, b, c, d] = await Promise.all([1, 2, 3, 4].map(() => before.create(input)))
    const { keyring } = over({ hasher: peppered('p2'), reveal: seals('k2') })
    await keyring.create(input)
    await keyring.rotate(a?.key.id ?? '', { graceMs: 60_000 })
    await keyring.disable(b?.key.id ?? '')
    await keyring.revoke(c?.key.id ?? '')
    await keyring.delete(d?.key.id ?? '')
    expect(await keyring.doctor()).toEqual([])
    expect(await open({ store: memoryStore() }).keyring.doctor()).toEqual([])
  })

  it('finds a missing pepper that keys still need, on this instance only (HASH-5, FI-28)', async () => {
    const { over } = hosted()
    const whole = over()
    const { token } = await whole.keyring.create(input)
    await whole.keyring.create(input)
    const lacking = over({ hasher: peppered('p2', { p2: peppers.p2 }) })
    expect(await lacking.keyring.doctor()).toEqual([error('unreadable_hashes', /: 2\. .* pepper/)])
    expect(await lacking.verify(token.reveal())).toBe('auth_unavailable')
    expect(await whole.keyring.doctor()).toEqual([])
    expect(await whole.verify(token.reveal())).toBe('ok')
  })

  it('says among how many keys it counted, if the store looked at a sample', async () => {
    const { store, over } = hosted()
    await over().keyring.create(input)
    const sampling = {
      ...store,
      inspect: async () => ({ ...(await store.inspect({ hashes: [], seals: [] })), sampledKeys: 7 }),
    }
    expect(await open({ store: sampling }).keyring.doctor()).toEqual([
      error('unreadable_hashes', /: 1 of the 7 that were looked at\. Their holders/),
    ])
  })

  it('counts unreadable hashes of living keys, and ignores those of dead ones', async () => {
    const { store, over } = hosted()
    const { keyring } = over()
    const [a, b] = await Promise.all([1, 2].map(() => keyring.create(input)))
    await write(store, a?.key.id ?? '', { hash: '$argon2id$v=19$m=1,t=1,p=1$c2FsdA$aGFzaA' })
    await write(store, b?.key.id ?? '', {
      hash: (await recordOf(store, b?.key.id ?? '')).hash?.replace('k=p1', 'k=p10') ?? '',
    })
    expect(await keyring.doctor()).toEqual([error('unreadable_hashes', /: 2\. /)])
    await keyring.delete(a?.key.id ?? '')
    await keyring.delete(b?.key.id ?? '')
    expect(await keyring.doctor()).toEqual([])
  })

  it('finds a missing seal key that seals still need, whether reveal is on or off (ENC-4)', async () => {
    const { over } = hosted()
    await over({ reveal: seals('k1') }).keyring.create(input)
    for (const reveal of [seals('k2', { k2: keys.k2 }), undefined]) {
      const { keyring } = over({ reveal })
      expect(await keyring.doctor()).toEqual([error('unreadable_seals', /: 1\. .* rewrap/)])
    }
    expect(await over({ reveal: seals('k2') }).keyring.doctor()).toEqual([])
  })

  it('finds that no pepper is configured', async () => {
    const { over } = hosted()
    expect(await over({ hasher: sha256() }).keyring.doctor()).toEqual([warning('no_pepper', /hmacSha256/)])
  })

  it.each([
    [5_000, []],
    [-5_000, []],
    [5_100, [warning('clock_differs', /by 5 s/)]],
    [-3_600_000, [warning('clock_differs', /by 3600 s/)]],
  ])('judges a clock that differs by %i ms', async (differenceMs, expected) => {
    vi.useFakeTimers({ now: start, toFake: ['Date'] })
    try {
      expect(await hosted(differenceMs).over().keyring.doctor()).toEqual(expected)
    } finally {
      vi.useRealTimers()
    }
  })

  it('passes on what the store reports of its schema (FI-26)', async () => {
    const { store, over } = hosted()
    const { inspect } = store
    store.inspect = async (known) => ({ ...(await inspect(known)), schemaProblem: 'The key tables are not there.' })
    expect(await over().keyring.doctor()).toEqual([error('schema', /^The key tables are not there\.$/)])
  })

  it('passes on that the store’s server may be outdated, and asks it nothing else (FI-46)', async () => {
    const { store, over } = hosted()
    const { inspect } = store
    store.inspect = async (known) => ({ ...(await inspect(known)), serverProblem: 'It is a replica.' })
    store.list = () => expect.unreachable()
    store.checkValue = () => expect.unreachable()
    expect(await over().keyring.doctor()).toEqual([
      error('outdated_server', /^It is a replica\. Until then, every request is refused with 503\.$/),
    ])
  })

  it('passes on which replicas the store does not read from (REP-2)', async () => {
    const { store, over } = hosted()
    const { inspect } = store
    store.inspect = async (known) => ({ ...(await inspect(known)), replicaProblem: 'It lags.' })
    expect(await over().keyring.doctor()).toEqual([warning('unused_replica', /^It lags\.$/)])
  })

  it("passes on what the store reports of its user's rights, and of those of others", async () => {
    const { store, over } = hosted()
    const { inspect } = store
    const problems = { grantProblem: 'api_keys (insert)', exposure: 'api_keys (anon)', auditExposure: 'No triggers.' }
    store.inspect = async (known) => ({ ...(await inspect(known)), ...problems })
    expect(await over().keyring.doctor()).toEqual([
      error('missing_grants', /^api_keys \(insert\)$/),
      warning('exposed_tables', /^api_keys \(anon\)$/),
      warning('exposed_audit', /^No triggers\.$/),
    ])
  })

  it.each([
    ['rejects', () => Promise.reject(new TypeError('connect postgres://user:hunter2@db'))],
    [
      'throws',
      () => {
        throw new TypeError('connect postgres://user:hunter2@db')
      },
    ],
    ['rejects with no error', () => Promise.reject('hunter2')],
    ['answers nothing', () => Promise.resolve(undefined as never)],
  ])("never throws, and repeats nothing of the driver's error, when the store %s", async (_how, inspect) => {
    const { store, over } = hosted()
    store.inspect = inspect
    const found = await over().keyring.doctor()
    expect(found).toEqual([error('store_unavailable', /^The store does not answer/)])
    expect(JSON.stringify(found)).not.toContain('hunter2')
  })

  it('reports all findings at once, in words for the operator, without data of any key', async () => {
    const { over } = hosted(60_000)
    const { key, token } = await over({ reveal: seals('k1') }).keyring.create(input)
    const found = await over({ hasher: sha256() }).keyring.doctor()
    expect(found.map(({ code }) => code)).toEqual([
      'no_pepper',
      'unreadable_hashes',
      'unreadable_seals',
      'clock_differs',
    ])
    for (const part of [key.id, token.reveal().slice(-38)]) expect(JSON.stringify(found)).not.toContain(part)
  })
})
