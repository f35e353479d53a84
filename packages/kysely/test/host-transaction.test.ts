import { createHash } from 'node:crypto'
import type { Owner } from '@keywright/core'
import { sql, type Transaction } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kyselyStore } from '../src/index.js'
import { testedEngines } from './engines.js'
import {
  Abandoned,
  inputOf,
  type Keys,
  newOwner,
  openWorld,
  stateOf,
  type Tables,
  type World,
  ways,
} from './host-world.js'

for (const engine of testedEngines()) {
  describe.each(Object.entries(ways))(`${engine.name}: keys in a transaction of the host's, by %s`, (_way, run) => {
    let world: World
    beforeAll(async () => {
      world = await openWorld(engine)
    })
    afterAll(() => world.close())

    const isUser = async (id: string) => {
      const { db, users } = world
      return (await db.selectFrom(users).select('id').where('id', '=', id).execute()).length === 1
    }
    /** A transaction that makes a user first. */
    const withUser = <T>(id: string, work: (keys: Keys, trx: Transaction<Tables>) => Promise<T>): Promise<T> =>
      run(world.db, async (trx) => {
        await trx.insertInto(world.users).values({ id }).execute()
        return work(world.keyring.inTransaction(trx), trx)
      })

    it('are committed with it (AUD-12)', async () => {
      const owner = newOwner()
      const { key, token } = await withUser(owner.id, (keys) => keys.create(inputOf(owner)))
      expect(await isUser(owner.id)).toBe(true)
      expect(await world.keyring.verify(token.reveal())).toMatchObject({ ok: true, principal: { key: { id: key.id } } })
      expect(await stateOf(world, owner.organizationId)).toEqual({
        keys: ['active'],
        audit: ['api_key.created'],
        created: 1,
        chain: true,
      })
    })

    it('are rolled back with it: the key, its place in the plan, and its audit record (AUD-12)', async () => {
      const owner = newOwner()
      let token = ''
      const failing = withUser(owner.id, async (keys) => {
        for (let count = 0; count < 3; count += 1) token = (await keys.create(inputOf(owner))).token.reveal()
        throw new Abandoned()
      })
      await expect(failing).rejects.toThrow(Abandoned)
      expect(await isUser(owner.id)).toBe(false)
      expect(await world.keyring.verify(token)).toMatchObject({ ok: false })
      expect(await stateOf(world, owner.organizationId)).toEqual({
        keys: [],
        audit: [],
        created: 0,
        chain: true,
      })
      await world.keyring.create(inputOf(owner))
      expect((await stateOf(world, owner.organizationId)).chain).toBe(true)
    })

    it.each([
      ['by the plan', 'plan_limit_reached', (keys: Keys, owner: Owner) => keys.create(inputOf(owner))],
      [
        'by a scope',
        'scope_unknown',
        (keys: Keys, owner: Owner) => keys.create({ ...inputOf(owner), scopes: ['nonsense.read' as 'members.read'] }),
      ],
      [
        'by what the actor has',
        'scope_exceeds_actor',
        (keys: Keys, owner: Owner) => keys.create(inputOf(owner), { actor: { type: 'key', id: 'a'.repeat(12) } }),
      ],
      ['by the key that is not there', 'key_not_found', (keys: Keys) => keys.update('a'.repeat(12), { name: 'x' })],
    ])('refused %s leave its rows, and it goes on', async (_why, code, refused) => {
      const owner = newOwner()
      for (let count = 0; count < 2; count += 1) await world.keyring.create(inputOf(owner))
      const later = `${owner.id}-later`
      await withUser(owner.id, async (keys, trx) => {
        const { key } = await keys.create(inputOf(owner))
        await expect(refused(keys, owner)).rejects.toMatchObject({ code })
        await trx.insertInto(world.users).values({ id: later }).execute()
        expect((await keys.get(key.id))?.status).toBe('active')
        await keys.update(key.id, { name: 'second' })
      })
      expect([await isUser(owner.id), await isUser(later)]).toEqual([true, true])
      expect(await stateOf(world, owner.organizationId)).toMatchObject({
        keys: ['active', 'active', 'active'],
        audit: ['api_key.created', 'api_key.created', 'api_key.created', 'api_key.renamed'],
        created: 3,
        chain: true,
      })
    })

    it('that the database refuses leave its rows, and it goes on', async () => {
      const owner = newOwner()
      const token = `a-long-token-of-${world.prefix}-${owner.id}`
      const hash = createHash('sha256').update(token).digest('base64url')
      // Of a hash, only the unique index tells that it is there already.
      const old = { ...inputOf(owner), secret: { format: 'better-auth', hash }, entropyBits: 190 } as const
      await withUser(owner.id, async (keys) => {
        await keys.import(old)
        await expect(keys.import(old)).rejects.toMatchObject({ code: 'invalid_state' })
        await keys.create(inputOf(owner))
      })
      expect(await isUser(owner.id)).toBe(true)
      expect((await world.keyring.verify(token)).ok).toBe(true)
      expect(await stateOf(world, owner.organizationId)).toEqual({
        keys: ['active', 'active'],
        audit: ['api_key.imported', 'api_key.created'],
        created: 2,
        chain: true,
      })
    })

    it('asked for at once, wait for each other, and one that is refused takes none along', async () => {
      const owner = newOwner()
      const outcomes = await withUser(owner.id, (keys) =>
        Promise.allSettled(Array.from({ length: 5 }, () => keys.create(inputOf(owner)))),
      )
      expect(outcomes.map(({ status }) => status).toSorted()).toEqual([
        'fulfilled',
        'fulfilled',
        'fulfilled',
        'rejected',
        'rejected',
      ])
      expect(await isUser(owner.id)).toBe(true)
      expect(await stateOf(world, owner.organizationId)).toMatchObject({
        keys: ['active', 'active', 'active'],
        created: 3,
        chain: true,
      })
    })

    it('asked for at once through several objects of one transaction, wait for each other, too', async () => {
      const owner = newOwner()
      await withUser(owner.id, (_keys, trx) =>
        Promise.all(
          [trx, trx.withTables<{ tasks: { id: string } }>(), trx.withoutPlugins()].map((object) =>
            world.keyring.inTransaction(object).create(inputOf(owner)),
          ),
        ),
      )
      expect(await stateOf(world, owner.organizationId)).toMatchObject({
        keys: ['active', 'active', 'active'],
        created: 3,
        chain: true,
      })
    })

    it('leave a savepoint of the host what it is, whatever the name', async () => {
      const owner = newOwner()
      await withUser(owner.id, async (keys, trx) => {
        await sql`savepoint keywright`.execute(trx)
        await keys.create(inputOf(owner), { idempotencyKey: `first-of-${owner.id}` })
        await sql`rollback to savepoint keywright`.execute(trx)
        await keys.create(inputOf(owner), { idempotencyKey: `first-of-${owner.id}` })
      })
      expect(await stateOf(world, owner.organizationId)).toMatchObject({ keys: ['active'], created: 1, chain: true })
    })

    it.each([true, false])('are changed by every verb, committed: %s', async (commits) => {
      const owner = newOwner()
      const { organizationId } = owner
      const { key, token } = await world.keyring.create(inputOf(owner))
      const before = await stateOf(world, organizationId)
      let newest = ''
      const changing = withUser(owner.id, async (keys) => {
        await keys.update(key.id, { name: 'renamed', scopes: [] })
        await keys.disable(key.id)
        await keys.enable(key.id)
        newest = (await keys.rotate(key.id)).token.reveal()
        const other = await keys.create(inputOf(owner))
        await keys.revoke(other.key.id)
        await expect(keys.enable(other.key.id)).rejects.toMatchObject({ code: 'invalid_state' })
        await keys.delete(other.key.id)
        expect(await keys.get(key.id)).toMatchObject({ name: 'renamed', status: 'active' })
        expect((await keys.list({ organizationId })).keys.map(({ id }) => id)).toEqual([key.id])
        if (!commits) throw new Abandoned()
      })
      await (commits ? changing : expect(changing).rejects.toThrow(Abandoned))
      expect((await world.keyring.verify(token.reveal())).ok).toBe(!commits)
      expect((await world.keyring.verify(newest)).ok).toBe(commits)
      const after = await stateOf(world, organizationId)
      if (!commits) expect(after).toEqual(before)
      else {
        expect(after).toMatchObject({ created: 2, chain: true, keys: ['active'] })
        expect(after.audit).toHaveLength(1 + 8)
      }
    })

    it('leave no check value behind that was rolled back, and write it later', async () => {
      const owner = newOwner()
      const { db, prefix, open } = world
      const table = `${prefix}api_key_checks` as 'api_key_checks' // the same columns
      await db.deleteFrom(table).execute()
      const keyring = open()
      const failing = run(db, async (trx) => {
        await keyring.inTransaction(trx).create(inputOf(owner))
        throw new Abandoned()
      })
      await expect(failing).rejects.toThrow(Abandoned)
      expect(await db.selectFrom(table).selectAll().execute()).toEqual([])
      await keyring.create(inputOf(owner))
      expect(await db.selectFrom(table).selectAll().execute()).not.toEqual([])
    })

    it('are refused over a transaction in the place of a database, and the other way round', async () => {
      const { db, keyring } = world
      await run(db, async (trx) => {
        expect(() => kyselyStore(trx)).toThrow(/^db must be an instance of Kysely, not a transaction\..*inTransaction/)
      })
      expect(() => keyring.inTransaction(db)).toThrow(/^transaction must be a transaction of Kysely\./)
      expect(() => keyring.inTransaction(null as unknown as object)).toThrow(/^transaction must be/)
    })
  })
}
