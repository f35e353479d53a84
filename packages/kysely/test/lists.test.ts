import {
  hourOf,
  type KeyChanges,
  type KeyFilter,
  type KeySort,
  type StoredKeyQuery,
  sortName,
  soughtWords,
} from '@keywright/core/store'
import { aKey } from '@keywright/testkit'
import { sql } from 'kysely'
import { afterAll, describe, expect, it } from 'vitest'
import { keyDatabase } from '../src/dialect/key-database.js'
import { kyselyStore, migrateToLatest, migrationSql } from '../src/index.js'
import { storeContext } from '../src/store/context.js'
import { keysThatMeet, type PageOfKeys, pageAmong, pageInOrder } from '../src/store/page-of-keys.js'
import { newRow } from '../src/tables/columns.js'
import { dropTables, newPrefix } from './drop-tables.js'
import { connect, testedEngines } from './engines.js'
import { keyringOver } from './keyring-over.js'

const owner = { type: 'user', id: 'ada', organizationId: 'lists' } as const
const { organizationId } = owner
const made = new Date(Date.UTC(2026, 0, 1))
const minutes = (count: number) => new Date(made.getTime() + count * 60_000)

const names = ['CI deploy', 'ci deploy', 'Zebra', 'Élan', 'nightly']
/** Keys with ties in everything that lists are sorted by. */
const keyOf = (n: number) =>
  aKey({
    owner: n % 5 === 0 ? { ...owner, id: 'bob' } : owner,
    createdBy: { type: 'user', id: n % 3 === 0 ? 'bob' : 'ada' },
    name: names[n % names.length] ?? '',
    environment: [null, 'live', 'test'][n % 3] ?? null,
    grants: { scopes: n % 2 === 0 ? ['a.read'] : ['*'], roles: n % 7 === 0 ? ['planner'] : [], resources: {} },
    expiresAt: n % 3 === 0 ? null : n % 3 === 1 ? minutes(n % 4) : new Date(Date.UTC(2999, 0, n % 4)),
    createdAt: minutes(n % 6),
    tags: [...(n % 2 === 0 ? ['Even'] : []), ...(n % 3 === 0 ? ['each third'] : [])],
  })

const filters: readonly KeyFilter[] = [
  {},
  { owner },
  { status: ['active', 'disabled'] },
  { status: 'expired', environments: ['live', 'test'] },
  { words: soughtWords('dep ci') },
  { tags: ['even'] },
  { tags: ['even', 'each third'], words: soughtWords('thi'), status: ['active', 'expired'] },
  { words: soughtWords('e'), createdBy: { type: 'user', id: 'ada' } },
  {
    holds: [
      { kind: 'scope', term: '*' },
      { kind: 'role', term: 'planner' },
    ],
    status: 'active',
  },
  { unusedSince: minutes(8) },
  { expiringBefore: minutes(3) },
  { environments: [null], words: soughtWords('z'), status: ['active', 'expired'] },
]

for (const engine of testedEngines()) {
  const db = await connect(engine)
  if (db === null) continue // engines.test.ts says which, and fails where all must be there
  const opened: string[] = []
  const open = async () => {
    const tablePrefix = newPrefix()
    opened.push(tablePrefix)
    return { tablePrefix, dialect: keyDatabase(db, {}).dialect.name }
  }
  afterAll(async () => {
    for (const tablePrefix of opened) await dropTables(db, tablePrefix)
    await db.destroy()
  })

  describe(`lists on ${engine.name}`, () => {
    it('read the same page in the order of the list and by sorting what a filter finds', async () => {
      const { tablePrefix } = await open()
      await migrateToLatest(db, { tablePrefix })
      const store = kyselyStore(db, { tablePrefix })
      for (let n = 0; n < 40; n += 1) {
        const key = keyOf(n)
        await store.insert({ id: key.id, organizationId, quota: null, decide: () => ({ write: key, audit: [] }) })
        const status = (['active', 'disabled', 'revoked', 'deleted', 'active'] as const)[n % 5]
        if (status !== 'active' && status !== undefined) {
          await store.change(key.id, { quota: null, decide: () => ({ write: { status }, audit: [] }) })
        }
        const lastUsedAt = minutes(5 + (n % 4))
        const use = { keyId: key.id, organizationId, hour: hourOf(lastUsedAt), count: 1, lastUsedAt }
        if (n % 2 === 0) await store.recordUsage(crypto.randomUUID(), [use])
      }
      const context = storeContext(db, { tablePrefix })
      const idsOf = async (page: PageOfKeys) => {
        const { rows } = await sql<{ id: string }>`select id from (${page}) as page`.execute(db)
        return rows.map(({ id }) => id).sort()
      }
      const everyKey = sql<{ id: string }>`select id from ${sql.table(context.tables.api_keys)}`
      let compared = 0
      for (const filter of filters) {
        for (const sort of ['created', 'name', 'lastUsed', 'expiry'] satisfies KeySort[]) {
          for (const order of ['asc', 'desc'] as const) {
            const whole: StoredKeyQuery = { organizationId, ...filter, sort, order, limit: 50 }
            const { records } = await store.list(whole)
            for (const record of [undefined, records[1], records.at(-2)]) {
              const after = record === undefined ? {} : { after: { ...record, sortName: sortName(record.name) } }
              const query: StoredKeyQuery = { ...whole, ...after, limit: 4 }
              const shown = JSON.stringify(query)
              const inOrder = await idsOf(pageInOrder(context, query))
              expect([shown, await idsOf(pageAmong(context, query, everyKey))]).toEqual([shown, inOrder])
              const begins = record === undefined ? 0 : records.indexOf(record) + 1
              const ids = records.slice(begins, begins + 4).map(({ id }) => id)
              expect([shown, inOrder]).toEqual([shown, ids.sort()])
              compared += ids.length
            }
            const counted = keysThatMeet(context, { organizationId, ...filter }, null, 50)
            const { rows } = await sql`${counted}`.execute(db)
            expect(rows).toHaveLength(records.length)
          }
        }
      }
      expect(compared).toBeGreaterThan(300)
    })

    it('find keys of the version before once migrateToLatest has run, in batches, and those that it adds later', async () => {
      const { tablePrefix, dialect } = await open()
      const steps = migrationSql({ dialect, tablePrefix })
      const before = steps.filter(({ name }) => name < '0008')
      for (const { statements } of before) for (const text of statements) await sql.raw(text).execute(db)
      const insert = (table: string, rows: readonly object[]) =>
        db
          .insertInto(`${tablePrefix}${table}` as never)
          .values(rows as never) // the tables are not in the host's types
          .execute()
      const rowOfBefore = (key: Parameters<typeof newRow>[0]): object => {
        const { disabled_reason: _, budget: __, tags: ___, binding: ____, ...row } = newRow(key, made)
        return row
      }
      const old = Array.from({ length: 450 }, (_, n) => keyOf(n))
      for (let at = 0; at < old.length; at += 50) await insert('api_keys', old.slice(at, at + 50).map(rowOfBefore))
      const [first, second] = old
      if (first === undefined || second === undefined) expect.unreachable()
      const usage = { organization_id: organizationId, hour: hourOf(made).getTime(), count: 1 }
      await insert('api_key_usage', [{ ...usage, key_id: first.id, last_used_at: minutes(9).getTime() }])
      await sql`update ${sql.table(`${tablePrefix}api_keys`)} set status = 'deleted' where id = ${second.id}`.execute(
        db,
      )

      const ran = await migrateToLatest(db, { tablePrefix })
      expect(ran).toEqual(steps.slice(before.length).map(({ name }) => name))
      const { keyring } = keyringOver(kyselyStore(db, { tablePrefix }))
      const store = kyselyStore(db, { tablePrefix })
      expect(await store.count({ organizationId, words: ['ci'] }, 1_000)).toBe(179)
      expect(await store.count({ organizationId, words: ['ci'], holds: [{ kind: 'scope', term: '*' }] }, 1_000)).toBe(
        89,
      )
      const byUse = await store.list({ organizationId, sort: 'lastUsed', limit: 1_000 })
      expect(byUse.records).toHaveLength(449)
      expect(byUse.records[0]).toMatchObject({ id: first.id, lastUsedAt: minutes(9) })
      const byName = await store.list({ organizationId, sort: 'name', order: 'asc', limit: 1_000 })
      expect(byName.records.map(({ name }) => sortName(name))).toEqual(
        byName.records.map(({ name }) => sortName(name)).sort(),
      )
      expect(byName.records).toHaveLength(449)
      const unlisted = async () => (await keyring.doctor()).filter(({ code }) => code === 'unlisted_keys')
      expect(await unlisted()).toEqual([])

      // A process of the version before, which still runs.
      const late = { ...keyOf(0), name: 'latecomer' }
      await insert('api_keys', [rowOfBefore(late)])
      const found = () => store.count({ organizationId, words: ['late'] }, 10)
      expect(await found()).toBe(0)
      expect(await unlisted()).toMatchObject([{ severity: 'warning' }])
      expect(await migrateToLatest(db, { tablePrefix })).toEqual([])
      expect([await found(), await unlisted()]).toEqual([1, []])
      const renamed = { ...keyOf(1), name: 'latecomer' }
      await insert('api_keys', [rowOfBefore(renamed)])
      await store.change(renamed.id, {
        quota: null,
        decide: () => ({ write: { description: 'any change' }, audit: [] }),
      })
      expect(await found()).toBe(2)

      // It changes and uses keys that lists know, and tells them nothing of it.
      const keys = sql.table(`${tablePrefix}api_keys`)
      await sql`update ${keys} set name = 'renamed', version = version + 1 where id = ${late.id}`.execute(db)
      expect([await found(), (await unlisted()).length]).toEqual([2, 1])
      expect(await migrateToLatest(db, { tablePrefix })).toEqual([])
      expect([await found(), await unlisted()]).toEqual([1, []])
      await sql`update ${keys} set name = 'again', version = version + 1 where id = ${renamed.id}`.execute(db)
      await store.change(renamed.id, { quota: null, decide: () => ({ write: { description: 'one' }, audit: [] }) })
      expect([await found(), await unlisted()]).toEqual([0, []])

      // It tells lists of a name that it changes, and not of the tags, which it leaves where they are.
      const tags = { organizationId, tags: ['blue'] }
      const tagged = () => store.count(tags, 10)
      const change = (write: KeyChanges) => store.change(late.id, { quota: null, decide: () => ({ write, audit: [] }) })
      const terms = sql.table(`${tablePrefix}api_key_terms`)
      const renameAsBefore = async (more = sql``) => {
        await sql`delete from ${terms} where key_id = ${late.id}`.execute(db)
        await sql`update ${keys} set name = 'before', version = version + 1 ${more} where id = ${late.id}`.execute(db)
        await sql`update ${keys} set listed = version where id = ${late.id}`.execute(db)
      }
      await change({ tags: ['Blue'] })
      expect([await tagged(), await unlisted()]).toEqual([1, []])
      await renameAsBefore()
      expect([await tagged(), (await unlisted()).length]).toEqual([0, 1])
      expect(await migrateToLatest(db, { tablePrefix })).toEqual([])
      expect([await tagged(), await unlisted()]).toEqual([1, []])
      await renameAsBefore()
      await change({ description: 'another' })
      expect([await tagged(), await unlisted()]).toEqual([1, []])
      await renameAsBefore(sql`, status = 'deleted'`)
      expect(await migrateToLatest(db, { tablePrefix })).toEqual([])
      expect([await tagged(), (await store.find(late.id))?.record.tags]).toEqual([0, []])
      await sql`update ${keys} set status = 'active' where id = ${late.id}`.execute(db)

      const unused = async () => (await store.list({ organizationId, unusedSince: minutes(20), limit: 1_000 })).records
      const before20 = (await unused()).length
      expect((await unused()).map(({ id }) => id)).toContain(late.id)
      const hourOfUse = hourOf(minutes(30))
      await insert('api_key_usage', [
        { ...usage, hour: hourOfUse.getTime(), key_id: late.id, last_used_at: minutes(30).getTime() },
      ])
      expect((await unused()).map(({ id }) => id)).not.toContain(late.id)
      expect(await unused()).toHaveLength(before20 - 1)
      const lastUsed = { organizationId, unusedSince: minutes(20), sort: 'lastUsed', limit: 1_000 } as const
      expect((await store.list(lastUsed)).records.map(({ id }) => id)).not.toContain(late.id)
    })
  })
}
