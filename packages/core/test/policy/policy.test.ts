import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InvalidOptions } from '../../src/errors/input-errors.js'
import { PolicyViolated } from '../../src/errors/policy-violated.js'
import type { KeyringOptions } from '../../src/keyring/options.js'
import { breaksPolicy } from '../../src/policy/breaches.js'
import { type PolicyInput, readPolicy, stricterPolicy } from '../../src/policy/key-policy.js'
import { type access, hours, openKeyring, organization, start } from '../support/whole-key-setup.js'

const hourMs = 3_600_000
const secret = { format: 'sha256-hex', hash: 'ab'.repeat(32) } as const
const entropyBits = 128

/** A keyring whose policy can be another one from some moment on: both work with the same store. */
function openPolicy(policy: PolicyInput, options: Partial<KeyringOptions<typeof access>> = {}) {
  const before = openKeyring({ imports: {}, ...options })
  const { keyring } = openKeyring({ imports: {}, ...options, store: before.store, policy })
  return { keyring, before: before.keyring, clock: before.clock }
}

const violated = (...fields: string[]) => ({ code: 'policy_violated', breaches: fields.map((field) => ({ field })) })
const input = { name: 'ci', owner: organization }

describe('a policy', () => {
  it('refuses a new key that would live too long, names what is allowed, and lets it live to the millisecond', async () => {
    const { keyring } = openPolicy({ maxLifetimeMs: 48 * hourMs, requireIpAllowList: true })
    const late = new Date(hours(48).getTime() + 1)
    await expect(keyring.create({ ...input, expiresAt: late })).rejects.toMatchObject(
      violated('expiresAt', 'ipAllowList'),
    )
    const error = await keyring.create(input).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(PolicyViolated)
    expect(String(error)).toContain(
      `expiresAt must be no later than ${hours(48).toISOString()}, which is 2 days after the creation of the key`,
    )
    expect(String(error)).toContain('ipAllowList must be a list of the addresses')
    const { key } = await keyring.create({ ...input, expiresAt: hours(48), ipAllowList: ['192.0.2.1'] })
    expect(key.expiresAt).toEqual(hours(48))
    expect((await keyring.list()).keys).toHaveLength(1)
  })

  it('gives a new or imported key its default lifetime where its end is left out, and none where it is null', async () => {
    const { keyring } = openPolicy({ defaultLifetimeMs: 24 * hourMs })
    const { key } = await keyring.create(input)
    expect(key.expiresAt).toEqual(hours(24))
    expect((await keyring.create({ ...input, expiresAt: undefined })).key.expiresAt).toEqual(hours(24))
    expect((await keyring.create({ ...input, expiresAt: null })).key.expiresAt).toBeNull()
    expect((await keyring.import({ ...input, secret, entropyBits })).expiresAt).toEqual(hours(24))
    const { records } = await keyring.audit.list({ organizationId: 'org1', keyId: key.id })
    expect(records[0]?.data).toMatchObject({ expiresAt: hours(24).toISOString() })
  })

  it('refuses a key without an end where it asks for one, also by default and by a copy', async () => {
    const { keyring, before } = openPolicy({ requireExpiry: true })
    const { key } = await before.create(input)
    for (const attempt of [
      () => keyring.create(input),
      () => keyring.create({ ...input, expiresAt: null }),
      () => keyring.create({ copyFrom: key.id }),
      () => keyring.import({ ...input, secret, entropyBits }),
    ])
      await expect(attempt()).rejects.toMatchObject(violated('expiresAt'))
    expect((await keyring.create({ copyFrom: key.id, expiresAt: hours(1) })).key.expiresAt).toEqual(hours(1))
  })

  it('counts the time of an imported key from where the other product made it', async () => {
    const { keyring } = openPolicy({ maxLifetimeMs: 48 * hourMs, defaultLifetimeMs: 24 * hourMs })
    const old = { ...input, secret, entropyBits }
    await expect(keyring.import({ ...old, createdAt: hours(-50) })).rejects.toThrow(
      /has passed: make another key in its place/,
    )
    await expect(keyring.import({ ...old, createdAt: hours(-10), expiresAt: hours(39) })).rejects.toMatchObject(
      violated('expiresAt'),
    )
    expect((await keyring.import({ ...old, createdAt: hours(-30) })).expiresAt).toEqual(hours(18))
    const many = await keyring.importMany([
      { ...old, secret: { ...secret, hash: 'cd'.repeat(32) }, createdAt: hours(-50) },
      { ...old, secret: { ...secret, hash: 'ef'.repeat(32) } },
    ])
    expect(many.map((result) => (result.ok ? result.key.expiresAt : result.error.code))).toEqual([
      'policy_violated',
      hours(24),
    ])
  })

  it('lets no update prolong a key beyond its creation and the longest lifetime, however often it is tried', async () => {
    const { keyring, clock } = openPolicy({ maxLifetimeMs: 48 * hourMs })
    const { key } = await keyring.create({ ...input, expiresAt: hours(24) })
    clock.at = hours(20).getTime()
    await keyring.update(key.id, { expiresAt: hours(48) })
    clock.at = hours(40).getTime()
    for (const expiresAt of [hours(49), null])
      await expect(keyring.update(key.id, { expiresAt })).rejects.toMatchObject(violated('expiresAt'))
    expect((await keyring.rotate(key.id)).key.expiresAt).toEqual(hours(48))
    clock.at = hours(48).getTime()
    await expect(keyring.update(key.id, { expiresAt: hours(49) })).rejects.toMatchObject(violated('expiresAt'))
  })

  it('lets a key from before it be renamed and end earlier, and refuses to enable, rotate or loosen it', async () => {
    const { keyring, before, clock } = openPolicy({ maxLifetimeMs: 48 * hourMs, requireIpAllowList: true })
    const { key, token } = await before.create({ ...input, scopes: ['members.read'] })
    clock.at = hours(24).getTime()
    expect(await keyring.verify(token.reveal())).toMatchObject({ ok: true })
    expect(await keyring.update(key.id, { name: 'renamed', scopes: ['billing.read'] })).toMatchObject({
      name: 'renamed',
    })
    await expect(keyring.rotate(key.id)).rejects.toMatchObject(violated('expiresAt', 'ipAllowList'))
    await keyring.disable(key.id)
    await expect(keyring.enable(key.id)).rejects.toMatchObject(violated('expiresAt', 'ipAllowList'))
    await expect(keyring.enable(key.id, { dryRun: true })).rejects.toMatchObject({ code: 'policy_violated' })

    expect(await keyring.update(key.id, { expiresAt: hours(100) })).toMatchObject({ expiresAt: hours(100) })
    await expect(keyring.update(key.id, { expiresAt: hours(101) })).rejects.toMatchObject(violated('expiresAt'))
    await keyring.update(key.id, { expiresAt: hours(48) })
    await keyring.update(key.id, { ipAllowList: ['192.0.2.1'] })
    await expect(keyring.update(key.id, { ipAllowList: null })).rejects.toMatchObject(violated('ipAllowList'))
    await keyring.enable(key.id)
    expect((await keyring.rotate(key.id)).key).toMatchObject({ status: 'active', expiresAt: hours(48) })
  })

  it('lists the keys that break it, of the organisation and by its plan, and the doctor tells of them', async () => {
    const plan = { name: 'strict' }
    const { keyring, before, clock } = openPolicy(
      { requireExpiry: true },
      {
        plans: {
          strict: { maxKeys: 'unlimited', policy: { maxLifetimeMs: 48 * hourMs } },
          loose: { maxKeys: 'unlimited' },
        },
        resolvePlan: () => plan.name,
      },
    )
    plan.name = 'loose'
    const ids = []
    for (const expiresAt of [null, hours(48), hours(49), hours(1)]) {
      ids.push((await before.create({ ...input, expiresAt })).key.id)
      clock.at += 1
    }
    const broken = async () =>
      (await keyring.list({ organizationId: 'org1', breaksPolicy: true, order: 'asc' })).keys.map(({ id }) => id)
    expect(await broken()).toEqual([ids[0]])
    plan.name = 'strict'
    expect(await broken()).toEqual([ids[0], ids[2]])
    const message = new RegExp(`2 of the oldest 4, in 1 organizations, such as ${ids[0]}, ${ids[2]}`)
    const findings = (await keyring.doctor()).filter(({ code }) => code !== 'clock_differs')
    expect(findings).toEqual([{ code: 'policy_broken', severity: 'warning', message: expect.stringMatching(message) }])
    await expect(keyring.list({ breaksPolicy: true })).rejects.toThrow(/needs organizationId or owner/)
    plan.name = 'gone'
    expect((await keyring.doctor()).map(({ code }) => code)).toContain('plan_unknown')
  })

  it('holds what is the stricter of the plan and the keyring, for the page as for a creation', async () => {
    const { keyring } = openPolicy(
      { maxLifetimeMs: 48 * hourMs, defaultLifetimeMs: 24 * hourMs },
      {
        plans: { pro: { maxKeys: 'unlimited', policy: { defaultLifetimeMs: 72 * hourMs, requireIpAllowList: true } } },
        resolvePlan: () => 'pro',
      },
    )
    const { key } = await keyring.create({ ...input, ipAllowList: [] })
    expect(key.expiresAt).toEqual(hours(48))
    await expect(keyring.create(input)).rejects.toMatchObject(violated('ipAllowList'))
  })

  it('leaves delegation as it is: an actor with an end of its own must say when a key ends', async () => {
    const { keyring } = openPolicy({ defaultLifetimeMs: hourMs }, { allowKeyManagement: true })
    const { key: parent } = await keyring.create({ ...input, scopes: ['*'], expiresAt: hours(10) })
    const actor = { type: 'key', id: parent.id } as const
    await expect(keyring.create(input, { actor })).rejects.toMatchObject({ code: 'scope_exceeds_actor' })
    const { key } = await keyring.create({ ...input, expiresAt: hours(10) }, { actor })
    expect(key.expiresAt).toEqual(hours(10))
  })

  it.each([
    ['policy', null],
    ['policy', 90],
    ['policy.maxLifetime', { maxLifetime: 1 }],
    ['policy.maxLifetimeMs', { maxLifetimeMs: 0 }],
    ['policy.maxLifetimeMs', { maxLifetimeMs: '90d' }],
    ['policy.defaultLifetimeMs', { maxLifetimeMs: 1, defaultLifetimeMs: 2 }],
    ['policy.requireExpiry', { requireExpiry: 'yes' }],
    ['policy.requireIpAllowList', { requireIpAllowList: null }],
  ])('refuses wrong options at start-up: %s of %j', (field, policy) => {
    const wrong = policy as PolicyInput // JavaScript is a caller, too
    expect(() => openKeyring({ policy: wrong })).toThrow(InvalidOptions)
    expect(() => openKeyring({ policy: wrong })).toThrow(expect.objectContaining({ field }))
    const plans = { pro: { maxKeys: 'unlimited', policy: wrong } } as const
    expect(() => openKeyring({ plans, resolvePlan: () => 'pro' })).toThrow(
      expect.objectContaining({ field: `plans.pro.${field}` }),
    )
  })

  it('joined with another breaks for every key that breaks either, and for no other', () => {
    const lifetime = fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined })
    const policies = fc
      .record({ maxLifetimeMs: lifetime, requireExpiry: fc.boolean(), requireIpAllowList: fc.boolean() })
      .map((policy) => readPolicy(policy, 'policy'))
    const keys = fc.record({
      createdAt: fc.constant(start),
      expiresAt: fc.option(
        fc.integer({ min: 1, max: 120 }).map((ms) => new Date(start.getTime() + ms)),
        { nil: null },
      ),
      ipAllowList: fc.constantFrom(null, [], ['192.0.2.1']),
    })
    fc.assert(
      fc.property(policies, policies, keys, (a, b, key) => {
        const joined = stricterPolicy(a, b)
        expect(breaksPolicy(key, joined)).toBe(breaksPolicy(key, a) || breaksPolicy(key, b))
        expect(stricterPolicy(b, a)).toEqual({ ...joined, defaultLifetimeMs: null })
      }),
    )
  })
})
