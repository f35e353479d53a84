import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PlanLimitReached } from '../../src/errors/refusal-errors.js'
import { StoreUnavailable } from '../../src/errors/store-errors.js'
import type { KeyringOptions } from '../../src/keyring/options.js'
import type { Owner } from '../../src/values/owner.js'
import { type access, hours, openKeyring, organization, user } from '../support/whole-key-setup.js'

const plans = {
  none: { maxKeys: 0 },
  free: { maxKeys: 3 },
  pro: { maxKeys: 5 },
  enterprise: { maxKeys: 'unlimited' },
} as const

/** A keyring whose organisations have the plan that `plan.name` says at the time. */
function openPlanned(options: Partial<KeyringOptions<typeof access>> = {}) {
  const plan: { name: string } = { name: 'free' }
  const world = openKeyring({ plans, resolvePlan: () => plan.name, ...options })
  const create = async (owner: Owner = organization, expiresAt: Date | null = null) =>
    (await world.keyring.create({ name: 'ci', owner, expiresAt })).key.id
  const fill = (count: number) => Promise.all(Array.from({ length: count }, () => create()))
  return { ...world, plan, create, fill }
}

const full = (used: number, limit = 3) => ({ code: 'plan_limit_reached', limit, used })

describe('the key limit of a plan', () => {
  it('LIM-2, T33: lets exactly as many of 50 concurrent creations succeed as there are places', async () => {
    const { keyring, create, snapshot } = openPlanned()
    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => create()))
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason)
    expect(refused).toHaveLength(47)
    for (const error of refused) expect(error).toBeInstanceOf(PlanLimitReached)
    for (const error of refused) expect(error).toMatchObject(full(3))
    expect((await keyring.list()).keys).toHaveLength(3)
    expect((await snapshot()).log).toHaveLength(3)
  })

  it('LIM-1: counts active and disabled keys, until they are revoked, deleted or expired', async () => {
    const { keyring, create, clock } = openPlanned()
    const [a, b] = [await create(), await create()]
    await create(organization, hours(1))
    const expectFull = () => expect(create()).rejects.toMatchObject(full(3))
    await expectFull()
    await keyring.disable(a)
    await expectFull()
    await keyring.revoke(a)
    await create()
    await keyring.delete(b)
    await create()
    await expectFull()
    clock.at = hours(1).getTime() // the third expires now
    await create()
    await expectFull()
  })

  it('holds for imported keys, and for an expired key whose expiry is moved', async () => {
    const { keyring, create, fill, clock, snapshot } = openPlanned({ imports: {} })
    const id = await create(organization, hours(1))
    clock.at = hours(1).getTime()
    await keyring.update(id, { name: 'still expired' })
    const [first = ''] = await fill(3)
    const before = await snapshot()
    const secret = { format: 'sha256-hex', hash: 'ab'.repeat(32) } as const
    const imported = keyring.import({ name: 'old', owner: organization, secret, entropyBits: 128 })
    await expect(imported).rejects.toMatchObject(full(3))
    for (const expiresAt of [hours(2), null]) {
      await expect(keyring.update(id, { expiresAt })).rejects.toMatchObject(full(3))
    }
    expect(await snapshot()).toEqual(before)
    await keyring.revoke(first)
    expect(await keyring.update(id, { expiresAt: hours(2) })).toMatchObject({ status: 'active' })
  })

  it('LIM-4: after a downgrade revokes no key, but refuses to create or enable one', async () => {
    const { keyring, plan, create, fill } = openPlanned()
    plan.name = 'pro'
    const [first = '', second = '', third = ''] = await fill(5)
    await keyring.disable(first)
    plan.name = 'free'
    await expect(create()).rejects.toMatchObject(full(5))
    await expect(keyring.enable(first)).rejects.toMatchObject(full(4))
    await keyring.enable(second) // is active, and stays so
    await keyring.update(second, { name: 'renamed', expiresAt: hours(9) }) // lives, and goes on
    expect((await keyring.list({ organizationId: 'org1', status: 'active' })).keys).toHaveLength(4)
    await keyring.revoke(second)
    await expect(keyring.enable(first)).rejects.toMatchObject(full(3))
    await keyring.revoke(third)
    expect(await keyring.enable(first)).toMatchObject({ status: 'active' })
    await expect(create()).rejects.toMatchObject(full(3))
  })

  it("counts all keys of the organisation, its members' keys included", async () => {
    const { create } = openPlanned()
    for (const owner of [organization, user('u1'), user('u2')]) await create(owner)
    await expect(create(user('u3'))).rejects.toMatchObject(full(3))
    await create(user('u3', 'org2'))
    await create({ type: 'organization', id: 'org2' })
  })

  it("counts the keys of each owner when the host sets countKeysBy: 'owner'", async () => {
    const { create, keyring } = openPlanned({ countKeysBy: 'owner' })
    const owners = [organization, user('u1'), user('u2'), user('u1', 'org2'), user('org1')]
    for (const owner of owners) {
      const ids = [await create(owner), await create(owner), await create(owner)]
      await expect(create(owner)).rejects.toMatchObject(full(3))
      await keyring.disable(ids[0] ?? '')
      await expect(create(owner)).rejects.toMatchObject(full(3))
      await keyring.enable(ids[0] ?? '')
    }
  })

  it.each([
    ['none', 0],
    ['free', 3],
    ['enterprise', 40],
  ])('of %s admits %i keys', async (name, count) => {
    const { plan, create, fill } = openPlanned()
    plan.name = name
    await fill(count)
    if (name !== 'enterprise') await expect(create()).rejects.toMatchObject(full(count, count))
  })
})

describe("LIM-5: the host's plan is asked for at each creation,", () => {
  it.each(['gold', '', 'constructor', '__proto__', undefined, null, { maxKeys: 9 }])(
    'and the answer %j is a fault, after which nothing is stored',
    async (answer) => {
      const { keyring, snapshot, ...world } = openPlanned({ resolvePlan: () => answer as string })
      const before = await snapshot()
      await expect(world.create()).rejects.toThrow(TypeError)
      await expect(world.create()).rejects.toThrow('resolvePlan must answer one of none, free, pro, enterprise')
      expect(await snapshot()).toEqual(before)
    },
  )

  it('and when the host fails, creation fails too, while changes that take no place succeed', async () => {
    const down = new Error('billing is down')
    const host = { isDown: false }
    const { keyring, create, snapshot } = openPlanned({
      resolvePlan: async () => {
        if (host.isDown) throw down
        return 'free'
      },
    })
    const id = await create()
    host.isDown = true
    const before = await snapshot()
    await expect(create()).rejects.toBe(down)
    await expect(keyring.enable(id)).rejects.toBe(down)
    expect(await snapshot()).toEqual(before)
    await keyring.update(id, { name: 'renamed', scopes: [] })
    await keyring.disable(id)
    await keyring.revoke(id)
  })

  it('and a failing store is reported as such', async () => {
    const { store } = openKeyring()
    const insert = () => Promise.reject(new Error('disk full'))
    const { create } = openPlanned({ store: { ...store, insert } })
    await expect(create()).rejects.toBeInstanceOf(StoreUnavailable)
  })
})

it('LIM-1, T34: no sequence of changes ever takes more places than the plan has', async () => {
  const verbs = ['create', 'disable', 'enable', 'revoke', 'delete', 'expire', 'revive', 'upgrade', 'downgrade'] as const
  const step = fc.record({
    verb: fc.oneof(
      { weight: 1, arbitrary: fc.constant('create' as const) },
      { weight: 2, arbitrary: fc.constantFrom(...verbs) },
    ),
    target: fc.nat(7),
  })
  let refusals = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (steps) => {
      const { keyring, plan, create, clock } = openPlanned()
      /** The oracle: each key with what is known of it, and nothing of how it is stored. */
      const keys: { id: string; status: 'active' | 'disabled' | 'over'; hasTime: boolean }[] = []
      const places = () => (plan.name === 'free' ? 3 : 5)
      let hour = 0

      for (const { verb, target } of steps) {
        const key = keys[target % Math.max(1, keys.length)]
        const takesPlace = (other: (typeof keys)[number]) => other.status !== 'over' && other.hasTime
        const used = keys.filter((other) => takesPlace(other) && (verb === 'create' || other !== key)).length
        const ifPlace = async (needsPlace: boolean, attempt: () => Promise<unknown>): Promise<boolean> => {
          if (!needsPlace || used < places()) return attempt().then(() => true)
          await expect(attempt()).rejects.toMatchObject(full(used, places()))
          refusals += 1
          return false
        }
        if (verb === 'upgrade' || verb === 'downgrade') plan.name = verb === 'upgrade' ? 'pro' : 'free'
        if (verb === 'create') {
          await ifPlace(true, async () => keys.push({ id: await create(), status: 'active', hasTime: true }))
        } else if (key === undefined || key.status === 'over') continue
        else if (verb === 'enable') {
          if (await ifPlace(key.status === 'disabled', () => keyring.enable(key.id))) key.status = 'active'
        } else if (verb === 'disable') {
          await keyring.disable(key.id)
          key.status = 'disabled'
        } else if (verb === 'revoke' || verb === 'delete') {
          await keyring[verb](key.id)
          key.status = 'over'
        } else if (verb === 'expire' && key.hasTime) {
          await keyring.update(key.id, { expiresAt: hours(hour + 1) })
          clock.at = hours(++hour).getTime()
          key.hasTime = false
        } else if (verb === 'revive') {
          const revived = await ifPlace(!key.hasTime, () => keyring.update(key.id, { expiresAt: null }))
          if (revived) key.hasTime = true
        }
        const listed = (await keyring.list({ organizationId: 'org1' })).keys
        const living = listed.filter(
          ({ status, expiresAt }) => status !== 'revoked' && (expiresAt ?? hours(hour + 1)) > new Date(clock.at),
        )
        expect(living).toHaveLength(keys.filter(takesPlace).length)
        expect(living.length).toBeLessThanOrEqual(5)
      }
    }),
    { numRuns: 200 },
  )
  expect(refusals).toBeGreaterThan(100)
})
