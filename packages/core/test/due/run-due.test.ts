import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DueProgress } from '../../src/due/due-result.js'
import type { KeyNotice, NoticesOptions } from '../../src/due/notices-options.js'
import { memoryStore } from '../../src/memory/memory-store.js'
import type { StoreNotices } from '../../src/notices/store-notices.js'
import type { KeyStore } from '../../src/store/index.js'
import { hang, input, open, owner, start } from '../support/setup.js'

const { organizationId } = owner
const dayMs = 86_400_000

/** A keyring that tells, with what it told the host. */
function telling(notices: NoticesOptions = {}, options: Parameters<typeof open>[0] = {}) {
  const given: KeyNotice[] = []
  const onNotice = (notice: KeyNotice) => void given.push(notice)
  const world = open({ notices: { onNotice, ...notices }, ...options })
  const pass = (days: number) => {
    world.clock.at += days * dayMs
  }
  const inDays = (days: number) => new Date(world.clock.at + days * dayMs)
  const create = async (days: number | null, more: object = {}) =>
    (await world.keyring.create({ ...input, expiresAt: days === null ? null : inDays(days), ...more })).key
  /** What was told since the last call. */
  const told = () => given.splice(0).map(({ type, days, key }) => `${type.slice(8)} ${days} ${key.name}`)
  const run = () => world.keyring.runDue()
  return { ...world, given, pass, inDays, create, told, run }
}

describe('notices of keys that expire soon (B18)', () => {
  it('are told once at each of the days', async () => {
    const { keyring, create, pass, told, run } = telling()
    await create(60)
    await create(null, { name: 'eternal' })
    const days: string[] = []
    for (let day = 0; day < 62; day += 1) {
      await run()
      await run()
      days.push(...told().map((one) => `${day}: ${one}`))
      pass(1)
    }
    expect(days).toEqual(['30: expiring 30 ci', '53: expiring 7 ci', '59: expiring 1 ci'])
    const [over] = (await keyring.list({ status: 'expired' })).keys
    expect(over).toMatchObject({ name: 'ci', version: 1, updatedAt: new Date(start) })
  })

  it('come with the key and an id', async () => {
    const { create, pass, given, run } = telling()
    const key = await create(60)
    pass(30)
    expect(await run()).toMatchObject({ expiring: 1, unused: 0, handed: 1, failed: 0 })
    expect(given).toEqual([
      {
        id: expect.stringMatching(/^evt_[0-9a-f]{32}$/),
        type: 'api_key.expiring',
        key: { ...key },
        days: 30,
        at: new Date(start + 30 * dayMs),
      },
    ])
    expect(await run()).toMatchObject({ expiring: 0, unused: 0, handed: 0, failed: 0 })
  })

  it('are told for the nearest day alone after a pause, and never for more days than the key was given', async () => {
    const { create, pass, told, run } = telling()
    await create(60)
    await create(20, { name: 'short' })
    await run()
    expect(told()).toEqual([])
    pass(14)
    await run()
    expect(told()).toEqual(['expiring 7 short'])
    pass(40)
    await run()
    expect(told()).toEqual(['expiring 7 ci'])
  })

  it('are told anew for another end, and not for the same one', async () => {
    const { keyring, create, pass, inDays, told, run } = telling()
    const { id } = await create(60)
    pass(30)
    await run()
    await keyring.update(id, { name: 'renamed' })
    await run()
    expect(told()).toEqual(['expiring 30 ci'])
    await keyring.update(id, { expiresAt: inDays(90) })
    await run()
    expect(told()).toEqual([])
    pass(60)
    await run()
    expect(told()).toEqual(['expiring 30 renamed'])
    await keyring.update(id, { expiresAt: inDays(3) })
    await run()
    expect(told()).toEqual(['expiring 7 renamed'])
  })

  it('are not told of keys that do not work any more', async () => {
    const { keyring, create, pass, told, run } = telling()
    const keys = [await create(60), await create(60), await create(60), await create(60)] as const
    await keyring.disable(keys[0].id)
    await keyring.revoke(keys[1].id)
    await keyring.delete(keys[2].id)
    await keyring.rotate(keys[3].id) // a rotation does not move its end
    pass(31)
    expect(await run()).toMatchObject({ expiring: 1, handed: 1 })
    told()
    await keyring.enable(keys[0].id)
    expect(await run()).toMatchObject({ expiring: 1 })
  })

  it('follow this law: whenever runs are made, each day is told at most once, in descending order, and the last one in time', async () => {
    const day = fc.integer({ min: 1, max: 40 })
    const property = fc.asyncProperty(
      fc.uniqueArray(day, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 60 }),
      fc.array(fc.double({ min: 0, max: 60, noNaN: true }), { maxLength: 12 }),
      async (expiringDays, life, runs) => {
        const { clock, create, given, run } = telling({ expiringDays })
        await create(life)
        for (const at of runs.toSorted((a, b) => a - b)) {
          clock.at = start + Math.floor(at * dayMs)
          await run()
        }
        const expected: number[] = []
        for (const at of runs.toSorted((a, b) => a - b)) {
          const left = life * dayMs - Math.floor(at * dayMs)
          const due = expiringDays.toSorted((a, b) => a - b).find((days) => left <= days * dayMs)
          if (left <= 0 || due === undefined || due >= life || due >= (expected.at(-1) ?? Infinity)) continue
          expected.push(due)
        }
        expect(given.map(({ days }) => days)).toEqual(expected)
      },
    )
    await fc.assert(property, { numRuns: 60 })
  })
})

describe('notices of keys that nobody uses (B18)', () => {
  const unusedDays = 90

  it('are told after so many days, and again after a use and as many days', async () => {
    const { store, create, pass, told, run, clock } = telling({ expiringDays: [], unusedDays })
    const { id: keyId } = await create(null)
    pass(89)
    await run()
    expect(told()).toEqual([])
    pass(1)
    expect(await run()).toMatchObject({ expiring: 0, unused: 1, handed: 1, failed: 0 })
    expect(told()).toEqual(['unused 90 ci'])
    pass(500)
    await run()
    expect(told()).toEqual([])
    const hour = new Date(Math.floor(clock.at / 3_600_000) * 3_600_000)
    await store.recordUsage('b', [{ keyId, organizationId, hour, count: 1, lastUsedAt: new Date(clock.at) }])
    await run()
    pass(89)
    await run()
    expect(told()).toEqual([])
    pass(2)
    await run()
    expect(told()).toEqual(['unused 90 ci'])
  })

  it('are not told of keys that were changed meanwhile, or that do not work', async () => {
    const { keyring, create, pass, told, run } = telling({ expiringDays: [], unusedDays })
    const { id } = await create(null)
    const disabled = await create(null, { name: 'disabled' })
    await create(80, { name: 'over' })
    pass(60)
    await keyring.rotate(id)
    await keyring.disable(disabled.id)
    pass(60)
    await run()
    expect(told()).toEqual([])
    pass(30)
    await run()
    expect(told()).toEqual(['unused 90 ci'])
  })
})

describe('what onNotice is given', () => {
  it('comes again under the same id until it was taken, and nobody else waits for it', async () => {
    let isBroken = true
    const ids: string[] = []
    const onNotice = ({ id, key }: KeyNotice) => {
      if (key.name === 'other') return
      ids.push(id)
      if (isBroken) throw new Error('no mail')
    }
    const { create, pass, run, events } = telling({ onNotice })
    const { id: keyId } = await create(60)
    await create(60, { name: 'other' })
    pass(30)
    expect(await run()).toMatchObject({ expiring: 2, unused: 0, handed: 1, failed: 1 })
    const notice = ids[0]
    expect(events).toContainEqual({ type: 'api_key.notice_failed', keyId, notice, error: new Error('no mail') })
    expect(await run()).toMatchObject({ expiring: 0, unused: 0, handed: 0, failed: 0 }) // not at once
    isBroken = false
    pass(1)
    expect(await run()).toMatchObject({ expiring: 0, unused: 0, handed: 1, failed: 0 })
    expect(ids).toEqual([notice, notice])
  })

  it('comes again after a process that ended before it wrote that it was taken', async () => {
    const { create, pass, told, run, keyring, storage } = telling()
    await create(60)
    pass(30)
    const kept = (storage.spy as KeyStore).notices as StoreNotices
    const settle = kept.settle
    const dead = new Error('the process ends here')
    Object.assign(kept, { settle: () => Promise.reject(dead) })
    await expect(run()).rejects.toMatchObject({ code: 'store_unavailable' })
    Object.assign(kept, { settle })
    expect(told()).toEqual(['expiring 30 ci'])
    expect(await keyring.runDue()).toMatchObject({ expiring: 0, handed: 0 }) // its lease goes on
    pass(1)
    expect(await keyring.runDue()).toMatchObject({ expiring: 0, handed: 1 })
    expect(told()).toEqual(['expiring 30 ci'])
  })

  it('is not what is over meanwhile', async () => {
    let isBroken = true
    const given: string[] = []
    const onNotice = ({ key }: KeyNotice) => {
      if (isBroken) throw new Error('no mail')
      given.push(key.name)
    }
    const { keyring, create, pass, inDays, run } = telling({ onNotice })
    const keys = [await create(60), await create(60), await create(60, { name: 'stays' })] as const
    pass(30)
    expect(await run()).toMatchObject({ failed: 3 })
    isBroken = false
    await keyring.revoke(keys[0].id)
    await keyring.update(keys[1].id, { expiresAt: inDays(400) })
    pass(1)
    expect(await run()).toMatchObject({ expiring: 0, unused: 0, handed: 1, failed: 0 })
    expect(given).toEqual(['stays'])
  })

  it('counts as not taken where the function does not answer in time', async () => {
    const { create, pass, run, events } = telling({ onNotice: hang }, { manageTimeoutMs: 20 })
    await create(60)
    pass(30)
    expect(await run()).toMatchObject({ expiring: 1, handed: 0, failed: 1 })
    expect(events).toContainEqual(
      expect.objectContaining({ error: expect.objectContaining({ code: 'host_unavailable' }) }),
    )
  })

  it('is nothing where there is no such function, and what was told then is not given later', async () => {
    const store = memoryStore({ now: () => new Date(clock.at) })
    const silent = telling({ onNotice: undefined }, { store })
    const { clock } = silent
    await silent.create(60)
    silent.pass(30)
    expect(await silent.run()).toMatchObject({ expiring: 1, unused: 0, handed: 0, failed: 0 })
    const { run } = telling({}, { store })
    expect(await run()).toMatchObject({ expiring: 0, unused: 0, handed: 0, failed: 0 })
  })
})

describe('runDue', () => {
  it('tells of the keys of all organizations, a page at a time, and of each step', async () => {
    const { keyring, create, pass, inDays } = telling()
    for (let at = 0; at < 205; at += 1) await create(60)
    await create(60, { owner: { ...owner, organizationId: 'other' } })
    pass(30)
    expect(await keyring.runDue({ dryRun: true })).toMatchObject({ expiring: 206, unused: 0, handed: 0, failed: 0 })
    const steps: DueProgress[] = []
    const done = await keyring.runDue({ onProgress: (step) => steps.push(step) })
    expect(done).toMatchObject({ expiring: 206, unused: 0, handed: 206, failed: 0 })
    const expiring = steps.filter(({ step }) => step === 'expiring')
    expect(expiring.map(({ count }) => count).toSorted()).toEqual([1, 100, 100, 5])
    expect(steps.filter(({ step }) => step === 'handed').reduce((sum, { count }) => sum + count, 0)).toBe(206)
    expect(inDays(0)).toEqual(new Date(start + 30 * dayMs))
  })

  it('goes on with the next organization where one fails, and throws its error at the end', async () => {
    const { create, pass, run, storage, told } = telling()
    await create(60, { owner: { ...owner, organizationId: 'a' } })
    await create(60, { owner: { ...owner, organizationId: 'b' } })
    pass(30)
    const kept = (storage.spy as KeyStore).notices as StoreNotices
    const { due } = kept
    const fault = new Error('damaged')
    Object.assign(kept, {
      due: (query: Parameters<typeof due>[0]) => (query.organizationId === 'a' ? Promise.reject(fault) : due(query)),
    })
    await expect(run()).rejects.toMatchObject({ code: 'store_unavailable', cause: fault })
    expect(told()).toEqual(['expiring 30 ci'])
  })

  it('ends where onProgress throws, and where the store is out', async () => {
    const { keyring, create, pass, storage } = telling()
    await create(60)
    pass(30)
    const fault = new Error('stop')
    const onProgress = () => {
      throw fault
    }
    await expect(keyring.runDue({ onProgress })).rejects.toBe(fault)
    storage.stubs.now = () => Promise.reject(new Error('out'))
    await expect(keyring.runDue()).rejects.toMatchObject({ code: 'store_unavailable' })
  })

  it.each([
    [{ dryRun: 1 }, 'dryRun'],
    [{ dryRun: undefined }, 'dryRun'],
    [{ onProgress: 'x' }, 'onProgress'],
    [{ dryrun: true }, 'dryrun'],
    [null, 'options'],
  ])('refuses options such as %j', async (options, field) => {
    const { keyring } = telling()
    // JavaScript is a caller, too.
    await expect(keyring.runDue(options as never)).rejects.toMatchObject({ code: 'invalid_input', field })
  })

  it('says what is missing', async () => {
    const { keyring } = open()
    await expect(keyring.runDue()).rejects.toMatchObject({ code: 'invalid_options', field: 'notices' })
    const { notices: _, ...store } = memoryStore()
    const without = telling({}, { store })
    await expect(without.run()).rejects.toMatchObject({ code: 'invalid_options', field: 'store' })
  })

  it.each([
    [{ expiringDays: 30 }, 'notices.expiringDays'],
    [{ expiringDays: [0] }, 'notices.expiringDays'],
    [{ expiringDays: [366] }, 'notices.expiringDays'],
    [{ expiringDays: [1.5] }, 'notices.expiringDays'],
    [{ unusedDays: 0 }, 'notices.unusedDays'],
    [{ unusedDays: '90' }, 'notices.unusedDays'],
    [{ onNotice: {} }, 'notices.onNotice'],
    [{ expiringDays: [] }, 'notices'],
    [{ expiring: [30] }, 'notices.expiring'],
    [null, 'notices'],
  ])('is refused at start-up with notices such as %j', (notices, field) => {
    // JavaScript is a caller, too.
    expect(() => open({ notices: notices as never })).toThrow(
      expect.objectContaining({ code: 'invalid_options', field }),
    )
  })
})
