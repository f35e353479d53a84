import { describe, expect, it } from 'vitest'
import { sealer } from '../../src/crypto/sealer.js'
import type { RotationDelivery } from '../../src/due/rotation-options.js'
import { memoryStore } from '../../src/memory/memory-store.js'
import type { ChangeRequest } from '../../src/store/index.js'
import { auditOf, input, open, owner, start } from '../support/setup.js'

const dayMs = 86_400_000
const hourMs = 3_600_000
const schedule = { everyMs: 30 * dayMs, graceMs: dayMs }
const seals = sealer({ current: 'k1', keys: { k1: Buffer.alloc(32, 1) } })

type Point = 'begin' | 'began' | 'delivering' | 'delivered' | 'confirm' | 'confirmed'

/** A host whose clients take their token from a vault, and whose process can end at any point. */
async function rotating(options: Parameters<typeof open>[0] = {}) {
  const clock = { at: start }
  const store = options.store ?? memoryStore({ now: () => new Date(clock.at) })
  const vault = { token: '', ids: [] as string[], attempts: [] as number[] }
  let endsAt: Point | null = null
  let isBroken = false
  const end = (point: Point): void => {
    if (endsAt !== point && !isDead) return
    isDead = true
    throw new Error(`the process ends at ${point}`)
  }
  let isDead = false
  /** One more process, as after a restart. */
  const boot = () => {
    isDead = false
    endsAt = null
    const deliver = async ({ id, token, attempt }: RotationDelivery) => {
      end('delivering')
      if (isBroken) throw new Error('the vault is out')
      vault.token = token.reveal()
      vault.ids.push(id)
      vault.attempts.push(attempt)
      end('delivered')
    }
    const world = open({ ...options, store, rotation: { deliver, sealer: seals } })
    let changes = 0
    world.storage.stubs.change = async (id: string, request: ChangeRequest) => {
      const [before, after] = changes === 0 ? (['begin', 'began'] as const) : (['confirm', 'confirmed'] as const)
      if (request.withRotation === true) end(before)
      const found = await store.change(id, request)
      if (request.withRotation === true) {
        changes += 1
        end(after)
      }
      return found
    }
    return {
      ...world,
      reset: () => {
        changes = 0
      },
    }
  }
  const first = boot()
  const { key, token } = await first.keyring.create(input)
  vault.token = token.reveal()
  await first.keyring.scheduleRotation(key.id, schedule)
  const client = async (text: string = vault.token) => {
    const verdict = await first.keyring.verify(text)
    return verdict.ok ? verdict.principal.token : verdict.refusal.code
  }
  return {
    ...{ first, boot, key, vault, store, client, old: token.reveal() },
    pass: (ms: number) => {
      clock.at += ms
    },
    endAt: (point: Point) => {
      endsAt = point
    },
    breakVault: (is: boolean) => {
      isBroken = is
    },
  }
}

describe('rotation by schedule (ROT-7)', () => {
  it('gives a new token when it is due, delivers it, and then lets the old one end', async () => {
    const { first, key, vault, client, old, pass, store } = await rotating()
    const { keyring } = first
    expect(await keyring.rotationOf(key.id)).toEqual({
      ...{ ...schedule, nextAt: new Date(start + 30 * dayMs), lastDeliveredAt: null, pendingSince: null, failures: 0 },
    })
    pass(30 * dayMs - 1)
    expect(await keyring.runDue({ dryRun: true })).toMatchObject({ rotated: 0 })
    expect(await keyring.runDue()).toMatchObject({ rotated: 0, delivered: 0 })
    pass(1)
    expect(await keyring.runDue({ dryRun: true })).toMatchObject({ rotated: 1, delivered: 0 })
    expect(await keyring.runDue()).toEqual({
      ...{ rotated: 1, delivered: 1, undelivered: 0, expiring: 0, unused: 0, handed: 0, failed: 0 },
    })
    expect(vault.token).not.toBe(old)
    expect([await client(), await client(old)]).toEqual(['current', 'previous'])
    expect((await keyring.get(key.id))?.previousTokenExpiresAt).toEqual(new Date(start + 31 * dayMs))
    const lastDeliveredAt = new Date(start + 30 * dayMs)
    const after = { nextAt: new Date(start + 60 * dayMs), lastDeliveredAt, pendingSince: null }
    expect(await keyring.rotationOf(key.id)).toMatchObject(after)
    expect(await keyring.runDue()).toMatchObject({ rotated: 0, delivered: 0 })
    pass(dayMs)
    expect([await client(), await client(old)]).toEqual(['current', 'api_key_invalid'])
    const types = (await auditOf(store, owner.organizationId)).map(({ type }) => type)
    expect(types).toEqual(['api_key.created', 'api_key.rotation_scheduled', 'api_key.rotated', 'api_key.delivered'])
    expect(await keyring.audit.verify({ organizationId: owner.organizationId })).toMatchObject({ ok: true })
  })

  const points: readonly Point[] = ['begin', 'began', 'delivering', 'delivered', 'confirm', 'confirmed']
  it.each(points)('loses no token where the process ends at %s', async (point) => {
    const { boot, key, vault, client, old, pass, endAt } = await rotating()
    pass(30 * dayMs)
    const dying = boot()
    endAt(point)
    await dying.keyring.runDue().catch(() => {})
    expect(await client()).not.toBe('api_key_invalid')
    // Nobody looks for weeks: what the client has still works, but for a grace that has begun since it has the new one.
    pass(20 * dayMs)
    expect(['current', 'previous']).toContain(await client())
    const { keyring, reset } = boot()
    reset()
    await keyring.runDue()
    expect(vault.token).not.toBe(old)
    expect(await client()).toBe('current')
    expect(new Set(vault.ids).size).toBe(1) // the same token, under one name
    expect(await keyring.rotationOf(key.id)).toMatchObject({ pendingSince: null, failures: 0 })
    pass(2 * dayMs)
    expect([await client(), await client(old)]).toEqual(['current', 'api_key_invalid'])
  })

  it('tries again later each time where the token is not taken, and has both tokens work meanwhile', async () => {
    const { first, key, vault, client, old, pass, breakVault } = await rotating()
    const { keyring, events } = first
    pass(30 * dayMs)
    breakVault(true)
    expect(await keyring.runDue()).toMatchObject({ rotated: 1, delivered: 0, undelivered: 1 })
    expect(events).toContainEqual({
      ...{ type: 'api_key.delivery_failed', keyId: key.id, attempts: 1, error: new Error('the vault is out') },
    })
    expect(await keyring.runDue()).toMatchObject({ rotated: 0, undelivered: 0 }) // not at once
    pass(60_000)
    expect(await keyring.runDue()).toMatchObject({ rotated: 0, undelivered: 1 })
    pass(60_000)
    expect(await keyring.runDue()).toMatchObject({ undelivered: 0 }) // later each time
    pass(60 * dayMs)
    expect(await client()).toBe('previous')
    await expect(keyring.rotate(key.id, { graceMs: hourMs })).rejects.toMatchObject({ status: 'delivery_pending' })
    await expect(keyring.scheduleRotation(key.id, null)).rejects.toMatchObject({ status: 'delivery_pending' })
    expect(await keyring.rotationOf(key.id)).toMatchObject({ failures: 2, pendingSince: new Date(start + 30 * dayMs) })
    breakVault(false)
    expect(await keyring.runDue()).toMatchObject({ rotated: 0, delivered: 1 })
    expect(vault.attempts).toEqual([3])
    expect([await client(), await client(old)]).toEqual(['current', 'previous'])
  })

  it('rotates a key in one run of many at once', async () => {
    const { first, boot, vault, pass, client } = await rotating()
    pass(30 * dayMs)
    const runs = [first, boot(), boot(), boot()].map(({ keyring }) => keyring.runDue())
    const done = await Promise.all(runs)
    expect(done.reduce((sum, { rotated }) => sum + rotated, 0)).toBe(1)
    expect(vault.ids).toHaveLength(1)
    expect(await client()).toBe('current')
  })

  it('cuts no grace of another rotation short, and leaves keys alone that do not work', async () => {
    const { first, key, client, old, pass, vault } = await rotating()
    const { keyring } = first
    pass(30 * dayMs - hourMs)
    const { token } = await keyring.rotate(key.id, { graceMs: 2 * hourMs })
    vault.token = token.reveal()
    pass(hourMs)
    expect(await keyring.runDue()).toMatchObject({ rotated: 0 })
    expect(await client(old)).toBe('previous')
    await keyring.disable(key.id)
    pass(hourMs)
    expect(await keyring.runDue()).toMatchObject({ rotated: 0 })
    await keyring.enable(key.id)
    pass(dayMs)
    expect(await keyring.runDue()).toMatchObject({ rotated: 1, delivered: 1 })
    await keyring.revoke(key.id)
    pass(40 * dayMs)
    expect(await keyring.runDue()).toMatchObject({ rotated: 0 })
    expect(await keyring.rotationOf(key.id)).toBeNull()
  })

  it('brings no old token back that was ended while the new one waited', async () => {
    const { first, key, client, old, pass, breakVault, store } = await rotating()
    const { keyring } = first
    pass(30 * dayMs)
    breakVault(true)
    await keyring.runDue()
    const end: ChangeRequest['decide'] = (_, { now }) => ({ write: { previousHashExpiresAt: now }, audit: [] })
    await store.change(key.id, { quota: null, decide: end }) // it leaked
    breakVault(false)
    pass(dayMs)
    expect(await keyring.runDue()).toMatchObject({ delivered: 1 })
    expect([await client(), await client(old)]).toEqual(['current', 'api_key_invalid'])
  })

  it('leaves alone what somebody rotates without a grace while a token waits', async () => {
    const { first, key, client, old, pass, breakVault, vault } = await rotating()
    const { keyring } = first
    pass(30 * dayMs)
    breakVault(true)
    await keyring.runDue()
    const { token } = await keyring.rotate(key.id) // all tokens before it end
    breakVault(false)
    pass(dayMs)
    expect(await keyring.runDue()).toMatchObject({ rotated: 0, delivered: 0 })
    expect(vault.ids).toEqual([])
    expect([await client(token.reveal()), await client(old)]).toEqual(['current', 'api_key_invalid'])
    expect(await keyring.rotationOf(key.id)).toMatchObject({ pendingSince: null, nextAt: new Date(start + 61 * dayMs) })
  })
})

describe('scheduleRotation', () => {
  it('changes and ends a schedule, each with a record', async () => {
    const { first, key, store, pass } = await rotating()
    const { keyring } = first
    await keyring.scheduleRotation(key.id, schedule) // as it is
    expect(await keyring.scheduleRotation(key.id, { everyMs: dayMs, graceMs: 0 })).toMatchObject({ everyMs: dayMs })
    expect(await keyring.scheduleRotation(key.id, null, { actor: { type: 'user', id: 'ada' } })).toBeNull()
    const [, ...records] = await auditOf(store, owner.organizationId)
    const shown = (everyMs: number, graceMs: number) => ({ everyMs, graceMs })
    expect(records.map(({ data }) => data)).toEqual([
      { before: null, after: shown(30 * dayMs, dayMs) },
      { before: shown(30 * dayMs, dayMs), after: shown(dayMs, 0) },
      { before: shown(dayMs, 0), after: null },
    ])
    pass(90 * dayMs)
    expect(await keyring.runDue()).toMatchObject({ rotated: 0 })
  })

  it('keeps when a token was last delivered, until the schedule ends', async () => {
    const { first, key, pass } = await rotating()
    const { keyring } = first
    pass(30 * dayMs)
    await keyring.runDue()
    const lastDeliveredAt = new Date(start + 30 * dayMs)
    pass(dayMs)
    const changed = await keyring.scheduleRotation(key.id, { everyMs: dayMs, graceMs: 0 })
    expect(changed).toMatchObject({ lastDeliveredAt, nextAt: new Date(start + 32 * dayMs) })
    await keyring.scheduleRotation(key.id, null)
    expect(await keyring.scheduleRotation(key.id, schedule)).toMatchObject({ lastDeliveredAt: null })
  })

  it.each([
    [{ everyMs: hourMs - 1, graceMs: 0 }, 'schedule.everyMs'],
    [{ everyMs: 367 * dayMs, graceMs: 0 }, 'schedule.everyMs'],
    [{ everyMs: dayMs, graceMs: dayMs }, 'schedule.graceMs'],
    [{ everyMs: 30 * dayMs, graceMs: 8 * dayMs }, 'schedule.graceMs'],
    [{ everyMs: dayMs }, 'schedule.graceMs'],
    [{ everyMs: dayMs, graceMs: 0, at: 1 }, 'schedule.at'],
    [undefined, 'schedule'],
  ])('refuses a schedule such as %j', async (given, field) => {
    const { first, key } = await rotating()
    // JavaScript is a caller, too.
    await expect(first.keyring.scheduleRotation(key.id, given as never)).rejects.toMatchObject({ field })
  })

  it('says what is missing, and reaches no key beyond its bounds', async () => {
    const { first, key } = await rotating()
    const within = { organizationId: 'other' }
    await expect(first.keyring.scheduleRotation(key.id, null, { within })).rejects.toMatchObject({
      code: 'key_not_found',
    })
    expect(await first.keyring.rotationOf(key.id, { within })).toBeNull()
    await first.keyring.revoke(key.id)
    const again = first.keyring.scheduleRotation(key.id, schedule)
    await expect(again).rejects.toMatchObject({ code: 'invalid_state', status: 'revoked' })
    const { keyring } = open()
    await expect(keyring.rotationOf(key.id)).rejects.toMatchObject({ code: 'invalid_options', field: 'rotation' })
    const { rotations: _, ...store } = memoryStore()
    const without = open({ store, rotation: { deliver: () => {}, sealer: seals } }).keyring
    await expect(without.rotationOf(key.id)).rejects.toMatchObject({ code: 'invalid_options', field: 'store' })
  })

  it.each([
    [{ deliver: 1, sealer: seals }, 'rotation.deliver'],
    [{ deliver: () => {} }, 'rotation.sealer'],
    [null, 'rotation'],
  ])('is refused at start-up with rotation such as %j', (rotation, field) => {
    // JavaScript is a caller, too.
    expect(() => open({ rotation: rotation as never })).toThrow(expect.objectContaining({ field }))
  })
})
