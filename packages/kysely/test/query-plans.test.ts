import { hmacSha256 } from '@keywright/core'
import type { AuditQuery, KeyFilter, StoredKeyQuery } from '@keywright/core/store'
import { formatToken } from '@keywright/core/token'
import { testPeppers } from '@keywright/testkit'
import { CompiledQuery, type Kysely, type LogEvent, sql } from 'kysely'
import { afterAll, describe, expect, it } from 'vitest'
import { keyDatabase } from '../src/dialect/key-database.js'
import { kyselyStore, migrateToLatest } from '../src/index.js'
import { type CountingProxy, countingProxy } from './counting-proxy.js'
import { dropTables, newPrefix } from './drop-tables.js'
import { connect, type Engine, testedEngines } from './engines.js'
import { input, keyringOver } from './keyring-over.js'
import {
  bigOwner,
  bigOwnersKeys,
  countRows,
  deadOwner,
  disabledKeys,
  endMostKeys,
  firstRecordAt,
  listManyKeys,
  makeManyKeys,
  makeManyRecords,
  nthId,
  rareActor,
  rareCreator,
  rareKeys,
  rareRecords,
} from './many-keys.js'
import { expectReads } from './rows-read.js'

/** Enough rows for each planner to prefer an index to a full scan. */
const manyKeys = 50_000

/** What one step of a page of 100 may read: some keys are of another organisation, or at the place of the cursor. */
const pageReads = 400

/** The plan of a statement, in the engine's own words. */
async function planOf(db: Kysely<object>, { sql, parameters }: CompiledQuery): Promise<string> {
  const explain = keyDatabase(db, {}).dialect.name === 'sqlite' ? 'explain query plan' : 'explain'
  // MariaDB explains a statement alone, without the settings that are made for it.
  const alone = sql.replace(/^\/\*M!\d+ .*? \*\/ /, '')
  const { rows } = await db.executeQuery(CompiledQuery.raw(`${explain} ${alone}`, [...parameters]))
  return rows.map((row) => JSON.stringify(row)).join('\n')
}

/** How a plan describes a look-up by primary key, and anything worse. */
interface Words {
  readonly lookup: RegExp
  readonly bad: RegExp
}

const postgres: Words = {
  lookup: /Index Scan (using|on) \w+_pkey/,
  bad: /Seq Scan|Sort/,
}
const words: Readonly<Record<Engine['name'], Words>> = {
  'SQLite (libsql)': {
    lookup: /SEARCH \w+ USING INDEX sqlite_autoindex_\w+ \(id=\?\)/,
    bad: /SCAN|TEMP B-TREE/,
  },
  PGlite: postgres,
  PostgreSQL: postgres,
  MariaDB: {
    // MariaDB looks up a single key while it plans. For an unknown key, the plan says only that.
    lookup: /"type":"(const|range)".*"key":"PRIMARY"|noticed after reading const tables/,
    bad: /filesort|"type":"(ALL|index)"/,
  },
}

for (const engine of testedEngines()) {
  const proxy: CountingProxy | null = engine.url === null ? null : await countingProxy(engine.url)
  let statements: CompiledQuery[] = []
  const log = ({ query }: LogEvent) => {
    statements.push(query)
  }
  const db = await connect({ ...engine, url: proxy?.url ?? null }, { log })
  if (db === null) {
    await proxy?.close()
    continue // engines.test.ts says which, and fails where all must be there
  }

  const tablePrefix = newPrefix()
  afterAll(async () => {
    await dropTables(db, tablePrefix)
    await db.destroy()
    await proxy?.close()
  })
  await migrateToLatest(db, { tablePrefix })
  const store = kyselyStore(db, { tablePrefix })
  const { keyring } = keyringOver(store)
  const created = await Promise.all(Array.from({ length: 20 }, () => keyring.create(input)))
  const [first] = created
  if (first === undefined) expect.unreachable()
  const table = `${tablePrefix}api_keys`
  await makeManyKeys(db, { table, template: first.key.id, count: manyKeys })
  await endMostKeys(db, table)
  await listManyKeys(db, tablePrefix)
  const records = `${tablePrefix}api_key_audit`
  await makeManyRecords(db, { table: records, organizationId: deadOwner.organizationId, count: manyKeys })
  const usage = `${tablePrefix}api_key_usage`
  // Each key was used in several hours, so that its last use is looked for among many, too.
  for (const hour of [0, 3_600_000])
    await sql`insert into ${sql.table(usage)} (organization_id, key_id, hour, count, last_used_at)
      select organization_id, id, ${sql.lit(hour)}, 1, ${sql.lit(hour)} from ${sql.table(table)}`.execute(db)
  await sql`insert into ${sql.table(usage)} (organization_id, key_id, hour, count, last_used_at)
    select organization_id, id, 7200000, 1, 7200000 from ${sql.table(table)}
    where organization_id = ${deadOwner.organizationId} order by id limit 1`.execute(db)
  const [terms, uses] = [`${tablePrefix}api_key_terms`, `${tablePrefix}api_key_last_uses`]
  for (const counted of [table, records, usage, terms, uses]) await countRows(db, counted)

  const during = async (work: () => Promise<unknown>): Promise<readonly CompiledQuery[]> => {
    await store.find(first.key.id) // connects again if the pool has closed what was idle meanwhile
    statements = []
    proxy?.roundTrips()
    await work()
    return [...statements]
  }
  /** A read that is no verification: its server is asked first, once, whether it may be outdated. */
  const duringRead = async (work: () => Promise<unknown>): Promise<readonly CompiledQuery[]> => {
    const sent = await during(work)
    if (keyDatabase(db, {}).dialect.name === 'sqlite') return sent
    const [question, ...reads] = sent
    expect(question?.sql).toMatch(/ end as reason$/)
    for (const { sql } of reads) expect(sql).not.toMatch(/ end as reason$/)
    return reads
  }

  describe(`${engine.name} with ${manyKeys} keys`, () => {
    const { lookup, bad } = words[engine.name]

    it.each([
      ['a good token', first.token.reveal(), true],
      ['a wrong secret', formatToken({ namespace: 'tk_live', id: nthId(manyKeys - 1), secret: 'x'.repeat(32) }), false],
      ['an unknown id', formatToken({ namespace: 'tk_live', id: 'x'.repeat(12), secret: 'x'.repeat(32) }), false],
    ])('verifies %s with one statement, in one round trip, by primary key (CONS-1)', async (_what, token, ok) => {
      const [read, ...more] = await during(async () => expect((await keyring.verify(token)).ok).toBe(ok))
      if (proxy !== null) expect(proxy.roundTrips()).toBe(1)
      expect(more).toEqual([])
      const plan = await planOf(db, read ?? expect.unreachable())
      expect(plan).toMatch(lookup)
      expect(plan).not.toMatch(bad)
    })

    it('verifies 20 tokens twice in the same turn, with one statement, in one round trip, by primary key', async () => {
      const [read, ...more] = await during(async () => {
        const verdicts = await Promise.all([...created, ...created].map(({ token }) => keyring.verify(token.reveal())))
        const ids = verdicts.map((verdict) => (verdict.ok ? verdict.principal.key.id : null))
        expect(ids).toEqual([...created, ...created].map(({ key }) => key.id))
      })
      if (proxy !== null) expect(proxy.roundTrips()).toBe(1)
      expect(more).toEqual([])
      // The ids are one parameter each, or all in one.
      const asked = read?.parameters.flatMap((one) => String(one).match(/\w+/g) ?? [])
      expect(new Set(asked)).toEqual(new Set(created.map(({ key }) => key.id)))
      const plan = await planOf(db, read ?? expect.unreachable())
      expect(plan).toMatch(lookup)
      expect(plan).not.toMatch(bad)
    })

    it(`lists the ${bigOwnersKeys} keys of one owner, each page by one index, and reads a page (HTTP-17)`, async () => {
      let cursor: string | undefined
      for (const _page of [1, 2, 3]) {
        const [read, ...more] = await duringRead(async () => {
          const listed = await keyring.list({
            owner: bigOwner,
            limit: 100,
            ...(cursor === undefined ? {} : { cursor }),
          })
          expect(listed.keys).toHaveLength(100)
          cursor = listed.nextCursor ?? expect.unreachable()
        })
        expect(more).toEqual([])
        await expectReads(db, read, { most: pageReads, index: /by_owner_status/ })
      }
    })

    const { organizationId } = deadOwner
    const after = { createdAt: new Date(first.key.createdAt.getTime() + 2_500), id: nthId(0) }
    const lists: readonly [string, Omit<StoredKeyQuery, 'limit'>, RegExp, number][] = [
      ['an organisation', { organizationId }, /by_organization_status/, 100],
      ['an organisation, oldest first', { organizationId, order: 'asc' }, /by_organization_status/, 100],
      ['an organisation, from a cursor', { organizationId, after }, /by_(organization_)?status/, 100],
      ['disabled keys', { organizationId, status: 'disabled' }, /by_organization_status/, 100],
      ['revoked keys', { organizationId, status: 'revoked', after }, /by_organization_status/, 100],
      ['expired keys', { organizationId, status: 'expired' }, /by_organization_status/, 100],
      [
        'an owner’s disabled keys',
        { owner: deadOwner, status: 'disabled' },
        /by_owner_status|by_organization_status/,
        100,
      ],
      ['an owner’s active keys', { owner: bigOwner, status: 'active' }, /by_owner_status/, 100],
      ['all organisations', {}, /by_status/, 100],
      ['all organisations, from a cursor', { after }, /by_status/, 100],
      ['disabled keys of all organisations', { status: 'disabled' }, /by_status/, 100],
    ]
    it.each(lists)('reads a page for a list of %s', async (_what, query, index, length) => {
      const [read, ...more] = await duringRead(async () => {
        expect((await store.list({ ...query, limit: 100 })).records).toHaveLength(length)
      })
      expect(more).toEqual([])
      await expectReads(db, read, { most: pageReads, index })
    })

    const big = { organizationId: bigOwner.organizationId }
    const madeAt = first.key.createdAt
    const beforeAll = new Date(madeAt.getTime() + 60_000)
    const few = 10_100
    const narrow: readonly [
      string,
      Omit<StoredKeyQuery, 'limit'>,
      RegExp,
      { length: number; most?: number; statements?: number },
    ][] = [
      ['names', { sort: 'name', order: 'asc' }, /by_name/, { length: 100 }],
      ['names, backwards', { sort: 'name' }, /by_name/, { length: 100 }],
      [
        'names, from a cursor',
        { sort: 'name', order: 'asc', after: { id: nthId(5_000), sortName: nthId(5_000).slice(7) } },
        /by_name/,
        { length: 100 },
      ],
      [
        'names of active keys',
        { sort: 'name', order: 'asc', status: ['active', 'disabled'] },
        /by_name/,
        { length: 100 },
      ],
      ['last uses', { sort: 'lastUsed' }, /last_uses_by_time/, { length: 100 }],
      [
        'first last uses, from a cursor',
        { sort: 'lastUsed', order: 'asc', after: { id: nthId(7), lastUsedAt: madeAt } },
        /last_uses_by_time/,
        { length: 100 },
      ],
      ['expiries', { sort: 'expiry', order: 'asc' }, /count_by_organization|count_by_owner/, { length: 100 }],
      [
        'expiries, from a cursor',
        { sort: 'expiry', order: 'asc', after: { id: nthId(0), expiresAt: new Date(1) } },
        /count_by_organization|count_by_owner/,
        { length: 100 },
      ],
      [
        'expiries of active keys, backwards',
        { sort: 'expiry', status: 'active' },
        /count_by_organization|count_by_owner/,
        { length: 100 },
      ],
      ['several statuses', { status: ['disabled', 'active'] }, /by_organization_status/, { length: 100 }],
      ['an environment', { environments: ['live'] }, /by_environment|by_organization_status/, { length: 100 }],
      ['a rare environment', { environments: ['rare'] }, /by_environment/, { length: rareKeys, statements: 1 }],
      [
        'a rare environment, by name',
        { environments: ['rare'], sort: 'name' },
        /by_environment/,
        { length: rareKeys, statements: 2 },
      ],
      ['a rare creator', { createdBy: rareCreator }, /by_creator/, { length: rareKeys }],
      [
        'a rare creator, by last use',
        { createdBy: rareCreator, sort: 'lastUsed' },
        /by_creator/,
        { length: rareKeys, statements: 2 },
      ],
      ['a common word', { words: ['comm'] }, /by_organization_status/, { length: 100, statements: 2 }],
      ['a common word, by name', { words: ['comm'], sort: 'name' }, /by_name/, { length: 100, statements: 2 }],
      ['a rare word', { words: ['rar'] }, /terms_pk|PRIMARY|sqlite_autoindex/, { length: rareKeys, statements: 2 }],
      [
        'a rare and a common word, by last use',
        { words: ['comm', 'rar'], sort: 'lastUsed' },
        /terms_pk|PRIMARY|sqlite_autoindex/,
        { length: rareKeys, statements: 2 },
      ],
      [
        'words of some keys',
        { words: ['001'] },
        /terms_pk|PRIMARY|sqlite_autoindex/,
        { length: 100, statements: 2, most: few },
      ],
      ['a common tag', { tags: ['common tag'] }, /by_organization_status/, { length: 100, statements: 2 }],
      [
        'a rare and a common tag, by name',
        { tags: ['common tag', 'rare tag'], sort: 'name' },
        /terms_pk|PRIMARY|sqlite_autoindex/,
        { length: rareKeys, statements: 2 },
      ],
      [
        'a common scope',
        { holds: [{ kind: 'scope', term: 'common.scope' }] },
        /by_organization_status/,
        { length: 100, statements: 2 },
      ],
      [
        'a rare scope, by expiry',
        {
          holds: [
            { kind: 'scope', term: 'rare.scope' },
            { kind: 'role', term: 'x' },
          ],
          sort: 'expiry',
        },
        /terms_pk|PRIMARY|sqlite_autoindex/,
        { length: rareKeys, statements: 2 },
      ],
      [
        'keys that most are unused',
        { unusedSince: beforeAll },
        /by_organization_status/,
        { length: 100, statements: 2 },
      ],
      ['keys that few are unused', { unusedSince: new Date(2_000) }, /./, { length: 0, statements: 2 }],
      [
        'keys that few expire',
        { expiringBefore: new Date(6_000) },
        /count_by_organization|count_by_owner/,
        { length: rareKeys, statements: 2 },
      ],
      [
        'keys that few expire, by name',
        { expiringBefore: new Date(6_000), sort: 'name', order: 'asc' },
        /count_by_organization|count_by_owner/,
        { length: rareKeys, statements: 2 },
      ],
    ]
    it.each(narrow)(
      'reads a page for a list of %s',
      async (_what, query, index, { length, most = pageReads, statements: sends }) => {
        const sent = await duringRead(async () => {
          expect((await store.list({ ...big, ...query, limit: 100 })).records).toHaveLength(length)
        })
        if (sends !== undefined) expect(sent).toHaveLength(sends)
        await expectReads(db, sent.at(-1), { most, index })
        for (const one of sent) await expectReads(db, one, { most: few, index: /./ })
      },
    )

    it.each<[string, KeyFilter, number]>([
      ['all keys', {}, 100],
      ['a common word', { words: ['comm'] }, 100],
      ['a rare word', { words: ['rar'] }, rareKeys],
      ['a rare tag', { tags: ['rare tag'] }, rareKeys],
      ['several statuses', { status: ['active', 'disabled'] }, 100],
    ])('counts no more than it is asked to of %s', async (_what, filter, count) => {
      const sent = await duringRead(async () => expect(await store.count({ ...big, ...filter }, 100)).toBe(count))
      for (const one of sent) await expectReads(db, one, { most: few, index: /./ })
    })

    it.each([
      ['an organisation', { organizationId }, /count_by_organization/],
      ['an owner', { owner: deadOwner }, /count_by_(owner|organization)/],
    ])('counts the keys of %s towards its plan, and reads only live ones', async (_what, quota, index) => {
      let used: number | undefined
      const sent = await duringRead(() =>
        store.insert({
          id: 'x'.repeat(12),
          organizationId,
          quota,
          decide: (context) => {
            used = context.used
            throw new Error('Not made')
          },
        }),
      ).catch(() => [...statements])
      expect(used).toBe(disabledKeys)
      const count = sent.filter(({ sql }) => sql.includes('count(*)'))
      expect(count).toHaveLength(1)
      await expectReads(db, count[0], { most: disabledKeys, index, alone: true })
    })

    it('counts keys by status from an index alone', async () => {
      const [count, counter, calls, hour, last] = await duringRead(async () => {
        const stats = await store.stats({ organizationId })
        expect(stats).toMatchObject({ active: 0, disabled: disabledKeys, expired: 3_000, revoked: 3_000 })
      })
      expect(counter?.sql).toContain('api_key_counters')
      await expectReads(db, count, { most: 7_000, index: /count_by_organization/, alone: true })
      expect(calls?.sql).toContain('sum(')
      for (const one of [hour, last]) await expectReads(db, one, { most: 1, index: /./ })
    })

    it('adds up the hours of yesterday without reading the days before (USE-6)', async () => {
      const retention = store.retention ?? expect.unreachable()
      const place = (day: number) => (day + 1) * 86_400_000 - 1
      const row = { organization_id: 'long-used', key_id: 'k', count: 1, last_used_at: 1 }
      const days = Array.from({ length: 1_500 }, (_, day) => ({ ...row, hour: place(day) }))
      const hours = [1, 2].map((hour) => ({ ...row, hour: 1_500 * 86_400_000 + hour * 3_600_000 }))
      for (const rows of [days.slice(0, 750), [...days.slice(750), ...hours]]) {
        const all = db.insertInto(usage as never).values(rows as never) // the tables are not in the host's types
        await all.execute()
      }
      await countRows(db, usage)
      const request = { organizationId: 'long-used', from: null, before: new Date(1_501 * 86_400_000), limit: 300 }
      const sent = await during(async () =>
        expect(await retention.addUpDays(request)).toEqual({ hours: 2, next: null }),
      )
      const reads = sent.filter(({ sql }) => /^select [^*]* order by/.test(sql))
      expect(reads).toHaveLength(4)
      for (const read of reads) await expectReads(db, read, { most: 20, index: /by_hour|pk|PRIMARY/ })
    })

    const at = (second: number) => new Date(firstRecordAt + second * 1_000)
    const audits: readonly [
      string,
      Partial<AuditQuery>,
      RegExp,
      { length: number; most: number; statements: number },
    ][] = [
      ['a type', { type: 'api_key.revoked' }, /by_type/, { length: rareRecords, most: rareRecords, statements: 1 }],
      ['an actor', { actor: rareActor }, /by_actor/, { length: rareRecords, most: rareRecords, statements: 1 }],
      ['a key', { keyId: 'k7' }, /by_key/, { length: 100, most: 100, statements: 1 }],
      ['all time', {}, /_pk|PRIMARY|sqlite_autoindex/, { length: 100, most: 100, statements: 1 }],
      [
        'most of the time',
        { from: at(60) },
        /_pk|PRIMARY|sqlite_autoindex/,
        { length: 100, most: 1_000, statements: 1 },
      ],
      ['five minutes long ago', { from: at(0), to: at(300) }, /by_time/, { length: 100, most: 300, statements: 2 }],
    ]
    it.each(audits)(
      'reads a page for the audit log of %s',
      async (_what, query, index, { length, most, statements }) => {
        const sent = await duringRead(async () => {
          const records = await store.listAudit({ organizationId, order: 'desc', limit: 100, ...query })
          expect(records.map(({ seq }) => seq)).toEqual(records.map(({ seq }) => seq).sort((a, b) => b - a))
          expect(records).toHaveLength(length)
        })
        expect(sent).toHaveLength(statements)
        await expectReads(db, sent.at(-1), { most, index })
        for (const one of sent) await expectReads(db, one, { most: 1_000, index: /./ })
      },
    )

    it('looks at a sample of the keys for doctor, and says so', async () => {
      const sent = await during(async () => {
        const found = await store.inspect({ hashes: ['$hmac-sha256$v=1$k=p2$'], seals: [] })
        expect(found).toMatchObject({ unreadableHashes: 20_000, sampledKeys: 20_000 })
      })
      const count = sent.filter(({ sql }) => sql.includes('previous_hash'))
      expect(count).toHaveLength(1)
      await expectReads(db, count[0], { most: 20_000, index: /./ })
      const other = keyringOver(store, { hasher: hmacSha256({ current: 'p2', peppers: { p2: testPeppers.p2 } }) })
      const message = expect.stringMatching(/: 20000 of the 20000 that were looked at\. Their holders get 503\./)
      expect(await other.keyring.doctor()).toContainEqual({ code: 'unreadable_hashes', severity: 'error', message })
    })
  })
}
