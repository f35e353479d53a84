import { hourOf } from '@keywright/core/store'
import { sql } from 'kysely'
import { afterAll, describe, expect, it } from 'vitest'
import { keyDatabase } from '../src/dialect/key-database.js'
import { kyselyStore, migrateToLatest, migrationSql } from '../src/index.js'
import { newRow } from '../src/tables/columns.js'
import { dropTables, newPrefix } from './drop-tables.js'
import { connect, testedEngines } from './engines.js'
import { input, keyringOver, owner } from './keyring-over.js'

const { organizationId } = owner
const hourMs = 3_600_000
const hour = hourOf(new Date(Date.UTC(2026, 0, 1)))
const at = (minutes: number): Date => new Date(hour.getTime() + minutes * 60_000)

const aKey = {
  ...{ environment: 'live', preview: 'tk_live_…', name: 'ci', description: null, owner, preset: null },
  ...{ grants: { scopes: [...input.scopes], roles: [], resources: {} }, metadata: {}, expiresAt: null },
  ...{
    ipAllowList: null,
    rateLimits: null,
    budget: null,
    binding: null,
    tags: [],
    createdBy: { type: 'system', id: 'test' } as const,
    hash: '$',
  },
  ...{ previousHash: null, previousHashExpiresAt: null, lookupDigest: null, sealed: null },
}

for (const engine of testedEngines()) {
  const db = await connect(engine)
  if (db === null) continue // engines.test.ts says which, and fails where all must be there
  const tablePrefix = newPrefix()
  afterAll(async () => {
    await dropTables(db, tablePrefix)
    await db.destroy()
  })
  /** As the version before writes. */
  const add = (table: string, row: object) =>
    db
      .insertInto(`${tablePrefix}${table}` as never)
      .values(row as never) // the tables are not in the host's types
      .execute()
  const writeLastUse = (id: string, usedAt: Date) =>
    sql`update ${sql.table(`${tablePrefix}api_keys`)} set last_used_at = ${usedAt.getTime()} where id = ${id}`.execute(
      db,
    )

  describe(`the last use of a key, on ${engine.name}`, () => {
    it('is kept over the update, moves on from there, and is the later one while both versions run (USE-1)', async () => {
      const steps = migrationSql({ dialect: keyDatabase(db, {}).dialect.name, tablePrefix })
      const before = steps.filter(({ name }) => name < '0004')
      for (const { statements } of before) for (const text of statements) await sql.raw(text).execute(db)
      for (const id of ['usedBefore000', 'neverUsed0000']) {
        const { disabled_reason: _, budget: __, tags: ___, binding: ____, ...row } = newRow({ ...aKey, id }, at(0))
        await add('api_keys', { ...row, last_used_at: id.startsWith('used') ? at(10).getTime() : null })
      }
      const id = 'usedBefore000'
      await add('api_key_usage', { organization_id: organizationId, key_id: id, hour: hour.getTime(), count: 7 })
      expect(await migrateToLatest(db, { tablePrefix })).toEqual(steps.slice(before.length).map(({ name }) => name))

      const store = kyselyStore(db, { tablePrefix })
      const { keyring } = keyringOver(store)
      const shown = async () => {
        const found = await store.find(id, { lastUse: true })
        const changed = await store.change(id, { quota: null, decide: () => null })
        const { records } = await store.list({ organizationId, limit: 10 })
        const listed = records.find((record) => record.id === id)
        const ofAll = await store.stats({ organizationId })
        const ofOwner = await store.stats({ organizationId, owner })
        const records3 = [found?.record, changed?.record, listed].map((record) => record?.lastUsedAt)
        const [first, ...others] = [...records3, ofAll.lastUsedAt, ofOwner.lastUsedAt]
        for (const other of others) expect(other).toEqual(first)
        return first
      }
      const use = (lastUsedAt: Date, count = 1) =>
        store.recordUsage(crypto.randomUUID(), [
          { keyId: id, organizationId, hour: hourOf(lastUsedAt), count, lastUsedAt },
        ])

      expect(await shown()).toEqual(at(10))
      await use(at(5))
      expect(await shown()).toEqual(at(10))
      await use(at(20))
      expect(await shown()).toEqual(at(20))
      await use(at(15))
      expect(await shown()).toEqual(at(20))
      // A process of the version before, which counts the same hour.
      await writeLastUse(id, at(30))
      expect(await shown()).toEqual(at(30))
      await use(new Date(at(0).getTime() + hourMs))
      expect(await shown()).toEqual(at(60))
      await use(at(40))
      expect(await shown()).toEqual(at(60))
      const series = await store.listUsage({ organizationId, from: new Date(0), to: new Date(8e15) })
      expect(series).toEqual([
        { hour, count: 11 },
        { hour: at(60), count: 1 },
      ])

      expect((await store.find('neverUsed0000', { lastUse: true }))?.record.lastUsedAt).toBeNull()
      const colleague = { ...owner, id: 'a-colleague' }
      expect((await store.stats({ organizationId, owner: colleague })).lastUsedAt).toBeNull()
      expect((await keyring.list({ owner })).keys.map(({ lastUsedAt }) => lastUsedAt)).toContainEqual(at(60))
    })

    it('is read by nobody for a verification, and shown by no principal', async () => {
      const { keyring } = keyringOver(kyselyStore(db, { tablePrefix }))
      const { token, key } = await keyring.create(input)
      expect(key.lastUsedAt).toBeNull()
      await keyring.verify(token.reveal())
      await keyring.stats({ organizationId })
      const verdict = await keyring.verify(token.reveal())
      if (!verdict.ok) expect.unreachable()
      expect(verdict.principal.key).toMatchObject({ id: key.id, name: key.name })
      expect(verdict.principal.key).not.toHaveProperty('lastUsedAt')
      expect((await keyring.get(key.id))?.lastUsedAt).toEqual(expect.any(Date))
    })
  })
}
