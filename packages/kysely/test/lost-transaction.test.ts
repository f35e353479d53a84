import type { InvalidationBus } from '@keywright/core/store'
import { auditOf, recordOf } from '@keywright/testkit'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testedEngines } from './engines.js'
import { inputOf, newOwner, openWorld, stateOf, type World } from './host-world.js'

const lost = { code: 'transaction_lost' }

for (const engine of testedEngines()) {
  const isServer = engine.url !== null
  describe(`${engine.name}: a transaction of the host's`, () => {
    let world: World
    beforeAll(async () => {
      world = await openWorld(engine)
      await world.keyring.create(inputOf(newOwner())) // checks the peppers, so that the first statement below is that of a change
    })
    afterAll(() => world.close())
    const begin = () => world.db.startTransaction().execute()
    const noKeys = { keys: [], audit: [], created: 0, chain: true }

    it.each(['commit', 'rollback'] as const)('takes no key after its %s', async (end) => {
      const owner = newOwner()
      const trx = await begin()
      const keys = world.keyring.inTransaction(trx)
      await trx[end]().execute()
      await expect(keys.create(inputOf(owner))).rejects.toMatchObject(lost)
      await expect(keys.get('a'.repeat(12))).rejects.toMatchObject(lost)
      expect(await stateOf(world, owner.organizationId)).toEqual(noKeys)
    })

    it('that is committed between two statements of a call leaves no key without a record, and the log goes on', async () => {
      let [sent, commitsAfter] = [0, 0]
      let commit = async () => {}
      const log = () => {
        sent += 1
        if (sent === commitsAfter) void commit()
      }
      const watched = await openWorld(engine, { log })
      const { db, keyring } = watched
      await keyring.create(inputOf(newOwner()))
      let isDone = false
      for (let after = 1; !isDone; after += 1) {
        const owner = newOwner()
        const { organizationId } = owner
        const trx = await db.startTransaction().execute()
        let committing: Promise<unknown> = Promise.resolve()
        commit = async () => {
          committing = trx.commit().execute()
        }
        ;[sent, commitsAfter] = [0, after]
        await keyring
          .inTransaction(trx)
          .create(inputOf(owner))
          .catch(() => {})
        isDone = sent < after
        commitsAfter = 0
        if (isDone) await trx.rollback().execute()
        await committing
        await keyring.create(inputOf(owner)) // before this, a record too many would be in its way
        const { keys } = await keyring.list({ organizationId })
        const created = (await auditOf(watched.store, organizationId)).map(({ keyId }) => keyId)
        for (const { id } of keys) expect(created, `after statement ${after}`).toContain(id)
      }
      await watched.close()
    })

    if (isServer || engine.name === 'PGlite')
      it('takes no key after a commit that Kysely knows nothing of', async () => {
        const owner = newOwner()
        const trx = await begin()
        await sql`commit`.execute(trx)
        await expect(world.keyring.inTransaction(trx).create(inputOf(owner))).rejects.toMatchObject(lost)
        await trx.rollback().execute()
        expect(await stateOf(world, owner.organizationId)).toEqual(noKeys)
      })

    if (isServer)
      it('takes no key after a deadlock, and writes nothing outside', async () => {
        const owner = newOwner()
        const { db, users, keyring, prefix } = world
        const counters = `${prefix}api_key_counters` as 'api_key_counters' // the same columns
        const { key } = await keyring.create(inputOf(owner))
        await keyring.delete(key.id)
        const before = await stateOf(world, owner.organizationId)
        const other = await begin()
        // The engine ends the transaction that has done less.
        const many = Array.from({ length: 200 }, (_, index) => ({ id: `${owner.id}-other-${index}` }))
        await other.insertInto(users).values(many).execute()
        await other
          .updateTable(counters)
          .set({ touched: 1_000 })
          .where('organization_id', '=', owner.organizationId)
          .execute()

        const trx = await begin()
        await trx.insertInto(users).values({ id: owner.id }).execute()
        if (engine.name !== 'MariaDB') {
          // PostgreSQL ends the one that looks while both wait: this one, once the other has had time to wait.
          await sql`set local deadlock_timeout = '3s'`.execute(trx)
          await sql`set local deadlock_timeout = '60s'`.execute(other)
        }
        const keys = keyring.inTransaction(trx)
        const creating = expect(keys.create(inputOf(owner))).rejects.toMatchObject(lost)
        // MariaDB shows the same again to whoever asks within a tenth of a second.
        const interval = 200
        await expect
          .poll(
            async () => {
              const waiting =
                engine.name === 'MariaDB'
                  ? sql`select 1 from information_schema.innodb_trx where trx_state = 'LOCK WAIT' and trx_query like ${`%${counters}%`}`
                  : sql`select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like ${`%${counters}%`}`
              return (await waiting.execute(db)).rows.length
            },
            { interval },
          )
          .toBeGreaterThan(0)
        const blocked = other.insertInto(users).values({ id: owner.id }).execute()
        await creating
        // Whoever goes on in it nevertheless is told again, also by another keyring.
        await expect(keys.create(inputOf(owner))).rejects.toMatchObject(lost)
        await expect(world.open().inTransaction(trx).create(inputOf(newOwner()))).rejects.toMatchObject(lost)
        await trx.rollback().execute()
        await blocked
        await other.rollback().execute()
        expect(await stateOf(world, owner.organizationId)).toEqual(before)
      })

    /** A transaction that sees the database as it was now. */
    const beginAsOfNow = async () => {
      const trx = await world.db.startTransaction().setIsolationLevel('repeatable read').execute()
      await trx.selectFrom(world.users).select('id').execute()
      return trx
    }

    if (isServer)
      it('that sees the past takes no place in the plan that is taken (LIM-6)', async () => {
        const owner = newOwner()
        const other = newOwner()
        const trx = await beginAsOfNow()
        for (let count = 0; count < 3; count += 1) await world.keyring.create(inputOf(owner))
        await expect(world.keyring.inTransaction(trx).create(inputOf(owner))).rejects.toMatchObject(lost)
        await expect(world.keyring.inTransaction(trx).create(inputOf(other))).rejects.toMatchObject(lost)
        await trx.rollback().execute()
        expect((await stateOf(world, owner.organizationId)).keys).toHaveLength(3)
      })

    if (isServer)
      it('that sees the past changes no key that was changed since', async () => {
        const owner = newOwner()
        const { key } = await world.keyring.create(inputOf(owner))
        const trx = await beginAsOfNow()
        await world.keyring.revoke(key.id)
        await expect(world.keyring.inTransaction(trx).update(key.id, { name: 'late' })).rejects.toMatchObject(lost)
        await trx.rollback().execute()
        expect(await world.keyring.get(key.id)).toMatchObject({ status: 'revoked', name: 'first' })
      })

    if (engine.name === 'MariaDB')
      it('that sees the past finds the check value that another process wrote', async () => {
        const table = `${world.prefix}api_key_checks` as 'api_key_checks' // the same columns
        await world.db.deleteFrom(table).execute()
        const trx = await beginAsOfNow()
        await world.open().create(inputOf(newOwner()))
        await world.open().inTransaction(trx).create(inputOf(newOwner()))
        await trx.commit().execute()
      })

    if (engine.name === 'MariaDB')
      it('that sees the past rotates a key by the hash that it has now', async () => {
        const owner = newOwner()
        const { keyring, store } = world
        const { key } = await keyring.create(inputOf(owner))
        const { hash } = await recordOf(store, key.id)
        if (hash === null) return expect.unreachable()
        const trx = await beginAsOfNow()
        // As a verification does, which counts as no change of the key.
        await store.replaceHash(key.id, { hash, lookupDigest: null }, { hash: `${hash}new`, lookupDigest: null })
        await keyring.inTransaction(trx).rotate(key.id, { graceMs: 1_000 })
        await trx.commit().execute()
        expect((await recordOf(store, key.id)).previousHash).toBe(`${hash}new`)
      })

    if (isServer)
      it('that sees the past takes keys of organizations that did not change since', async () => {
        const [known, fresh] = [newOwner(), newOwner()]
        const { key } = await world.keyring.create(inputOf(known))
        const trx = await beginAsOfNow()
        const keys = world.keyring.inTransaction(trx)
        for (const owner of [known, fresh, known, fresh]) await keys.create(inputOf(owner))
        await keys.update(key.id, { name: 'second' })
        await expect(keys.create(inputOf(known))).rejects.toMatchObject({ code: 'plan_limit_reached' })
        await keys.create(inputOf(fresh))
        await trx.commit().execute()
        for (const { organizationId } of [known, fresh]) {
          expect(await stateOf(world, organizationId)).toMatchObject({ created: 3, chain: true })
        }
      })

    if (isServer)
      it.each([
        ['commit', 'rejected'],
        ['rollback', 'fulfilled'],
      ] as const)('makes others wait for its place in the plan: after its %s, theirs is %s', async (end, expected) => {
        const owner = newOwner()
        for (let count = 0; count < 2; count += 1) await world.keyring.create(inputOf(owner))
        const trx = await begin()
        await world.keyring.inTransaction(trx).create(inputOf(owner))
        let isOver = false
        const waiting = Promise.allSettled([world.keyring.create(inputOf(owner))]).finally(() => {
          isOver = true
        })
        await world.keyring.create(inputOf(newOwner())) // others are not kept waiting
        expect(isOver).toBe(false)
        await trx[end]().execute()
        expect((await waiting)[0].status).toBe(expected)
        expect((await stateOf(world, owner.organizationId)).keys).toHaveLength(3)
      })

    if (isServer)
      it('that revokes a key ends it in caches once it is said to have ended', async () => {
        const owner = newOwner()
        const listeners = new Set<(id: string) => void>()
        const bus: InvalidationBus = {
          publish: async (id) => {
            for (const forget of listeners) forget(id)
          },
          subscribe: (forget, onState) => {
            listeners.add(forget)
            onState(true)
            return async () => {}
          },
        }
        const [here, there] = [0, 1].map(() => world.open({ cache: { mode: 'bounded', ttlMs: 5_000, bus } }))
        if (here === undefined || there === undefined) return expect.unreachable()
        const { key, token } = await here.create(inputOf(owner))
        const areValid = async () =>
          [await here.verify(token.reveal()), await there.verify(token.reveal())].map(({ ok }) => ok)
        const trx = await begin()
        const keys = here.inTransaction(trx)
        await keys.revoke(key.id)
        expect(await areValid()).toEqual([true, true]) // it is not committed, and both keep it as it was
        await trx.commit().execute()
        keys.ended()
        expect(await areValid()).toEqual([false, false])
      })

    if (!isServer)
      it('on the only connection makes verifications wait, and those inside are late', async () => {
        const owner = newOwner()
        const patient = world.open({ verifyTimeoutMs: 30_000 })
        const { token } = await patient.create(inputOf(owner))
        const hasty = world.open({ verifyTimeoutMs: 50 })
        const trx = await begin()
        const verifying = patient.verify(token.reveal())
        await world.keyring.inTransaction(trx).create(inputOf(owner))
        const inside = await hasty.verify(token.reveal())
        expect(inside).toMatchObject({ ok: false, refusal: { code: 'auth_unavailable' } })
        await world.keyring.inTransaction(trx).create(inputOf(owner))
        await trx.commit().execute()
        expect((await verifying).ok).toBe(true)
        expect(await stateOf(world, owner.organizationId)).toMatchObject({ created: 3, chain: true })
      })
  })
}
