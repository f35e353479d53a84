import type { NoticeQuery } from '@keywright/core/store'
import { type CompiledQuery, sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { kyselyStore } from '../src/index.js'
import { testedEngines } from './engines.js'
import { input, keyringOver } from './keyring-over.js'
import { bigOwner, countRows, makeManyKeys } from './many-keys.js'
import { expectReads } from './rows-read.js'
import { watchedDatabase } from './watched-database.js'

/** Enough that each planner prefers an index, and that a scan of all would take a run of every minute too long. */
const manyKeys = 100_000
const dayMs = 86_400_000

for (const engine of testedEngines()) {
  const watched = await watchedDatabase(engine)
  if (watched === null) continue
  const { db, tablePrefix, statements } = watched
  const store = kyselyStore(db, { tablePrefix })
  const { keyring } = keyringOver(store)
  const { key } = await keyring.create(input)
  const names = ['api_keys', 'api_key_last_uses', 'api_key_notices', 'api_key_rotations'].map(
    (name) => tablePrefix + name,
  )
  const [keys = '', uses = '', notices = '', rotations = ''] = names
  await makeManyKeys(db, { table: keys, template: key.id, count: manyKeys })
  const now = (await store.now()).getTime()
  // Created long ago, and each ends on a day of its own: the id tells it, from 1 to 10,000 days from now, and its last use.
  const nth = sql`(1 + cast(substr(id, 8, 5) as ${sql.raw(engine.name === 'MariaDB' ? 'unsigned' : 'bigint')}) % 10000)`
  await sql`update ${sql.table(keys)} set created_at = 1, updated_at = 1, expires_at = ${sql.lit(now)} + ${nth} * ${sql.lit(dayMs)}
    where id <> ${sql.lit(key.id)}`.execute(db)
  await sql`delete from ${sql.table(uses)}`.execute(db)
  await sql`insert into ${sql.table(uses)} (key_id, organization_id, last_used_at)
    select id, organization_id, ${nth} * ${sql.lit(dayMs)} from ${sql.table(keys)} where id <> ${sql.lit(key.id)}`.execute(
    db,
  )
  await sql`insert into ${sql.table(rotations)} (key_id, every_ms, grace_ms, due_at, failures)
    select id, 3600000, 0, ${sql.lit(now - 50 * dayMs)} + ${nth} * ${sql.lit(dayMs)}, 0 from ${sql.table(keys)} where id <> ${sql.lit(key.id)}`.execute(
    db,
  )
  // One in a hundred waits for the host.
  await sql`insert into ${sql.table(notices)} (key_id, kind, organization_id, about, days, at, next_at)
    select id, 'expiring', organization_id, 1, 1, 1, case when substr(id, 11, 2) = '07' then 7 else null end from ${sql.table(keys)}`.execute(
    db,
  )
  for (const counted of names) await countRows(db, counted)

  const during = async (work: () => Promise<unknown>): Promise<readonly CompiledQuery[]> => {
    await store.find(key.id) // connects again if the pool has closed what was idle meanwhile
    statements.length = 0
    await work()
    // Whether a server may be outdated is asked once, and reads nothing of ours.
    return statements.filter(({ sql }) => / end as reason$/.test(sql) === false)
  }

  describe(`what is due, on ${engine.name} with ${manyKeys} keys`, () => {
    const { organizationId } = bigOwner
    const noticesFor = store.notices ?? expect.unreachable()
    const inDays = (days: number) => new Date(now + days * dayMs)
    const expiring = {
      organizationId,
      kind: 'expiring',
      after: inDays(7),
      until: inDays(30),
      days: 30,
      place: null,
    } as const
    const unused = {
      organizationId,
      kind: 'unused',
      after: null,
      until: new Date(40 * dayMs),
      days: 90,
      place: null,
    } as const

    it.each<[string, Omit<NoticeQuery, 'limit'>, RegExp]>([
      ['keys that expire', expiring, /count_by_organization/],
      ['keys that nobody uses', unused, /last_uses_by_time/],
    ])('%s are found by one index, a page at a time, and no others are read', async (_, query, index) => {
      const first = await noticesFor.due({ ...query, limit: 20 })
      expect(first).toHaveLength(20)
      for (const place of [null, first.at(-1) ?? expect.unreachable()]) {
        const [read, ...more] = await during(async () => {
          expect((await noticesFor.due({ ...query, place, limit: 20 })).length).toBeGreaterThan(0)
        })
        expect(more).toEqual([])
        await expectReads(db, read, { most: 100, index })
      }
    })

    it('none of an organization is found without reading its keys', async () => {
      const soon = { ...expiring, after: new Date(now), until: new Date(now + dayMs / 2) }
      const never = { ...unused, until: new Date(dayMs / 2) }
      for (const query of [soon, never]) {
        const [read] = await during(async () => expect(await noticesFor.due({ ...query, limit: 100 })).toEqual([]))
        await expectReads(db, read, { most: 1, index: /./ })
      }
    })

    it('rotations are found by when they are due, the first ones first, and no others are read', async () => {
      const [read, ...more] = await during(async () => {
        expect(await (store.rotations ?? expect.unreachable()).due(20)).toHaveLength(20)
      })
      expect(more).toEqual([])
      await expectReads(db, read, { most: 20, index: /rotations_due/ })
    })

    it('notices that wait for the host are found by when they are due, and taken by their keys', async () => {
      const claim = { worker: 'w', dueBy: new Date(now), limit: 20, leaseMs: 60_000 }
      const [find, ...rest] = await during(async () => expect(await noticesFor.take(claim)).toHaveLength(20))
      await expectReads(db, find, { most: 20, index: /notices_due/ })
      const taken = rest.filter(({ sql }) => /^select .*claim/.test(sql))
      expect(taken).toHaveLength(1)
      await expectReads(db, taken[0], { most: 40, index: /notices_pk|PRIMARY|sqlite_autoindex/ })
    })
  })
}
