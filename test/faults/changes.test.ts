import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import type { KeyringOptions } from '@keywright/core'
import type { testAccess } from '@keywright/testkit'
import type { Kysely, LogEvent } from 'kysely'
import { describe, expect, it } from 'vitest'
import type { ChildPlace } from './child-keyring.js'
import { child } from './children.js'
import type { DieOrder } from './die-while-changing.js'
import { servers } from './servers.js'
import { request, type World, worlds } from './world.js'

const planOf = (maxKeys: number): Partial<KeyringOptions<typeof testAccess>> => ({
  plans: { small: { maxKeys } },
  resolvePlan: () => 'small',
})

const auditTypes = async ({ direct, owner }: World): Promise<readonly string[]> =>
  (await direct.keyring.audit.list({ organizationId: owner.id, limit: 100 })).records.map(({ type }) => type).reverse()

/** Rows, records and the chain say the same of an organisation. */
async function expectWhole(world: World, keys: number): Promise<void> {
  const { direct, owner } = world
  expect((await direct.keyring.list({ owner })).keys).toHaveLength(keys)
  expect((await auditTypes(world)).filter((type) => type === 'api_key.created')).toHaveLength(keys)
  expect((await direct.keyring.stats({ organizationId: owner.id })).totalCreated).toBe(keys)
  expect(await direct.keyring.audit.verify({ organizationId: owner.id })).toMatchObject({ ok: true })
}

describe.each(servers)('on $name', (server) => {
  const makeWorld = worlds(server)

  /** Takes the lock of the organisation's row in a transaction of the host. */
  async function lockOrganization({ direct, tablePrefix, owner }: World) {
    const trx = await (direct.db as Kysely<Record<string, Record<string, unknown>>>).startTransaction().execute()
    const lock = await trx
      .updateTable(`${tablePrefix}api_key_counters`)
      .set({ touched: 0 })
      .where('organization_id', '=', owner.id)
      .executeTakeFirst()
    expect(Number(lock.numUpdatedRows)).toBe(1)
    return trx
  }

  describe('a change that meets a lock (FI-8)', () => {
    it('is retried, and is made once', async () => {
      const world = await makeWorld()
      await world.direct.keyring.create(world.input)
      const trx = await lockOrganization(world)
      const refused: unknown[] = []
      const { keyring } = world.behind({
        onConnect: () => server.shortLockWait,
        kyselyLog: (event: LogEvent) => {
          if (event.level !== 'error') return
          refused.push((event.error as { code?: unknown }).code)
          if (refused.length === 1) void trx.rollback().execute()
        },
      })
      await keyring.create(world.input)
      expect(refused.length).toBeGreaterThan(0)
      expect(new Set(refused)).toEqual(new Set([server.busy.lock]))
      await expectWhole(world, 2)
    })

    it('fails after three more tries with store_unavailable, and changes nothing', async () => {
      const world = await makeWorld()
      const { key } = await world.direct.keyring.create(world.input)
      const trx = await lockOrganization(world)
      let refused = 0
      const { keyring } = world.behind({
        onConnect: () => server.shortLockWait,
        kyselyLog: ({ level }) => {
          if (level === 'error') refused += 1
        },
      })
      for (const change of [() => keyring.create(world.input), () => keyring.rotate(key.id)]) {
        refused = 0
        await expect(change()).rejects.toMatchObject({ code: 'store_unavailable', cause: { code: server.busy.lock } })
        expect(refused).toBe(4)
      }
      await trx.rollback().execute()
      await expectWhole(world, 1)
      expect(await auditTypes(world)).toEqual(['api_key.created'])
    })

    it('or a deadlock is retried, and is made once', async () => {
      const world = await makeWorld()
      const { key } = await world.direct.keyring.create(world.input)
      const trx = await lockOrganization(world)
      // The server gives up the one who has done less.
      for (let hour = 0; hour < 20; hour += 1) {
        const row = { organization_id: world.owner.id, key_id: key.id, hour, count: 1 }
        await trx.insertInto(`${world.tablePrefix}api_key_usage`).values(row).execute()
      }
      const refused: unknown[] = []
      const { keyring } = world.behind({
        onConnect: () => server.deadlocksFirst,
        kyselyLog: (event: LogEvent) => {
          if (event.level === 'error') refused.push((event.error as { code?: unknown }).code)
        },
      })
      const disabling = keyring.disable(key.id)
      await wait(150)
      const touch = trx.updateTable(`${world.tablePrefix}api_keys`).set({ version: 1 }).where('id', '=', key.id)
      await touch.execute()
      await trx.rollback().execute()
      expect((await disabling).status).toBe('disabled')
      expect(refused).toEqual([server.busy.deadlock])
      expect(await auditTypes(world)).toEqual(['api_key.created', 'api_key.disabled'])
      await expectWhole(world, 1)
    })
  })

  describe('a connection that is cut during a commit (FI-9)', () => {
    it.each([
      ['before the server has it', 'before', 0],
      ['before the answer arrives', 'after', 1],
    ] as const)(
      '%s makes a creation outcome_unknown, with at most one key and no place lost',
      async (_, when, made) => {
        const world = await makeWorld()
        const { keyring } = world.behind({}, planOf(1))
        await keyring.list({ owner: world.owner })
        world.proxy.cutAt(server.commit, when)
        await expect(keyring.create(world.input)).rejects.toMatchObject({ code: 'outcome_unknown' })
        await expectWhole(world, made)
        const again = keyring.create(world.input)
        if (made === 1) await expect(again).rejects.toMatchObject({ code: 'plan_limit_reached', limit: 1, used: 1 })
        else expect((await again).key.status).toBe('active')
        await expectWhole(world, 1)
      },
    )

    it.each([
      ['before the server has it', 'before', 'active'],
      ['before the answer arrives', 'after', 'revoked'],
    ] as const)('%s makes a revoke outcome_unknown, and the revoke may be repeated', async (_, when, status) => {
      const world = await makeWorld()
      const { keyring } = world.behind()
      const { key, token } = await keyring.create(world.input)
      world.proxy.cutAt(server.commit, when)
      await expect(keyring.revoke(key.id)).rejects.toMatchObject({ code: 'outcome_unknown' })
      expect((await world.direct.keyring.get(key.id))?.status).toBe(status)
      expect((await keyring.revoke(key.id)).status).toBe('revoked')
      expect((await request(keyring, token.reveal())).status).toBe(401)
      expect(await auditTypes(world)).toEqual(['api_key.created', 'api_key.revoked'])
    })

    it('that writes usage counts it once (FI-23)', async () => {
      const world = await makeWorld()
      const { keyring, events } = world.behind({}, { usageFlushMs: 100 })
      const { token } = await keyring.create(world.input)
      world.proxy.cutAt(server.commit, 'after')
      for (let count = 0; count < 5; count += 1) await request(keyring, token.reveal())
      await expect.poll(() => events).toContainEqual(expect.objectContaining({ type: 'usage.not_written' }))
      await keyring.close()
      expect((await world.direct.keyring.stats({ organizationId: world.owner.id })).callsLast24h).toBe(5)
    })
  })

  describe('a process that is killed', () => {
    const place = ({ tablePrefix, owner }: World, maxKeys: number): ChildPlace => ({
      name: server.name,
      url: server.url,
      tablePrefix,
      owner,
      maxKeys,
    })

    it("FI-20: between the quota's lock and the insert frees the lock, and takes no place", async () => {
      const world = await makeWorld()
      const order: DieOrder = { ...place(world, 1), verb: 'create', keyId: '', at: 'decision' }
      expect((await child('die-while-changing.ts', order).ended).signal).toBe('SIGKILL')
      await expectWhole(world, 0)
      const { keyring } = world.behind({}, planOf(1))
      expect((await keyring.create(world.input)).key.status).toBe('active')
      await expect(keyring.create(world.input)).rejects.toMatchObject({ code: 'plan_limit_reached' })
      await expectWhole(world, 1)
    })

    it('FI-19: after any write of a change has made all of it, or nothing', async () => {
      const left = (['create', 'rotate'] as const).flatMap((verb) =>
        (['key', 'audit', 'chain', 'commit'] as const).map((at) => ({ verb, at })),
      )
      const killOne = async (): Promise<void> => {
        for (let order = left.shift(); order !== undefined; order = left.shift()) {
          const { verb, at } = order
          const world = await makeWorld()
          const { key, token } = await world.direct.keyring.create(world.input)
          const { process, ended } = child('die-while-changing.ts', { ...place(world, 10), verb, keyId: key.id, at })
          const told: unknown[] = []
          process.on('message', (text) => told.push(text))
          const { signal, output } = await ended
          expect(signal, `${verb}, ${at}: ${output}`).toBe('SIGKILL')
          // The secret of what was not committed is told to nobody.
          expect(told).toEqual([])
          const isMade = at === 'commit'
          const [, ...records] = await auditTypes(world)
          expect(records).toEqual(isMade ? [verb === 'create' ? 'api_key.created' : 'api_key.rotated'] : [])
          await expectWhole(world, verb === 'create' && isMade ? 2 : 1)
          // No grace was given: the old token works exactly as long as it was not replaced.
          const isOldGood = verb === 'create' || !isMade
          expect((await request(world.direct.keyring, token.reveal())).status).toBe(isOldGood ? 200 : 401)
          // No lock is left.
          expect((await world.direct.keyring.update(key.id, { name: 'after' })).name).toBe('after')
        }
      }
      await Promise.all([killOne(), killOne()])
    })

    it('FI-21: one key is made by 50 concurrent creations of two processes over a jittery line, one below the limit', async () => {
      const world = await makeWorld()
      for (let count = 0; count < 2; count += 1) await world.direct.keyring.create(world.input)
      world.proxy.slow(0, 10)
      const crowds = [1, 2].map(() => child('create-crowd.ts', { ...place(world, 3), url: world.proxy.url }))
      await Promise.all(crowds.map(({ process }) => once(process, 'message')))
      const outcomes = crowds.map(async ({ process }) => {
        process.send('go')
        const [codes] = await once(process, 'message')
        return codes as string[]
      })
      const codes = (await Promise.all(outcomes)).flat()
      expect(codes.filter((code) => code === 'created')).toHaveLength(1)
      expect(codes.filter((code) => code === 'plan_limit_reached')).toHaveLength(49)
      await expectWhole(world, 3)
    })
  })

  describe('two instances that change one key at once', () => {
    it('FI-38: by two rotations leave at most two live tokens, and tell the loser', async () => {
      const world = await makeWorld()
      const instances = [world.behind(), world.behind()]
      world.proxy.slow(0, 3)
      let conflicts = 0
      for (let round = 0; round < 8; round += 1) {
        const { key, token } = await world.direct.keyring.create(world.input)
        const rotations = await Promise.allSettled(
          instances.map(({ keyring }) => keyring.rotate(key.id, { graceMs: 60_000 })),
        )
        const tokens = [token]
        for (const rotation of rotations) {
          if (rotation.status === 'fulfilled') tokens.push(rotation.value.token)
          else expect(rotation.reason).toMatchObject({ code: 'invalid_state' })
        }
        conflicts += 3 - tokens.length
        expect(tokens.length).toBeGreaterThan(1)
        const verdicts = await Promise.all(tokens.map((one) => world.direct.keyring.verify(one.reveal())))
        expect(verdicts.filter(({ ok }) => ok)).toHaveLength(2)
        // Whoever was given a token can use it.
        expect(verdicts.slice(1).every(({ ok }) => ok)).toBe(true)
      }
      expect(conflicts).toBeGreaterThan(0)
    })

    it('FI-39: by a rotation and a revoke leave it revoked, with no live token', async () => {
      const world = await makeWorld()
      const [rotator, revoker] = [world.behind(), world.behind()]
      world.proxy.slow(0, 3)
      for (let round = 0; round < 8; round += 1) {
        const { key, token } = await world.direct.keyring.create(world.input)
        const [rotation, revocation] = await Promise.allSettled([
          rotator.keyring.rotate(key.id, { graceMs: 60_000 }),
          wait(round * 2).then(() => revoker.keyring.revoke(key.id)),
        ])
        expect(revocation).toMatchObject({ status: 'fulfilled', value: { status: 'revoked' } })
        if (rotation.status === 'rejected') expect(rotation.reason).toMatchObject({ code: 'invalid_state' })
        const tokens = rotation.status === 'fulfilled' ? [token, rotation.value.token] : [token]
        for (const one of tokens) expect((await world.direct.keyring.verify(one.reveal())).ok).toBe(false)
        expect((await world.direct.keyring.get(key.id))?.status).toBe('revoked')
      }
    })
  })
})
