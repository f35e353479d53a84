import { formatToken } from '@keywright/core/token'
import { CompiledQuery, type Kysely, type LogEvent } from 'kysely'
import { afterAll, describe, expect, it } from 'vitest'
import { kyselyStore, migrateToLatest } from '../src/index.js'
import { type CountingProxy, countingProxy } from './counting-proxy.js'
import { dropTables, newPrefix } from './drop-tables.js'
import { connect, type Engine, engines } from './engines.js'
import { input, keyringOver } from './keyring-over.js'
import { bigOwner, bigOwnersKeys, countRows, makeManyKeys, nthId } from './many-keys.js'

/** Rows enough for each planner to prefer an index to reading them all. */
const manyKeys = 50_000

/** The plan of a statement, in the engine's own words. */
async function planOf(db: Kysely<object>, { sql, parameters }: CompiledQuery): Promise<string> {
  const explain = db.getExecutor().adapter.constructor.name === 'SqliteAdapter' ? 'explain query plan' : 'explain'
  const { rows } = await db.executeQuery(CompiledQuery.raw(`${explain} ${sql}`, [...parameters]))
  return rows.map((row) => JSON.stringify(row)).join('\n')
}

/** What a plan says that looks up by primary key, that takes the next rows of the owner's index, and that does neither. */
interface Words {
  readonly lookup: RegExp
  readonly page: RegExp
  readonly bad: RegExp
}

const postgres: Words = {
  lookup: /Index Scan (using|on) \w+_pkey/,
  page: /Index Scan Backward using \w+_by_owner/,
  bad: /Seq Scan|Sort/,
}
const words: Readonly<Record<Engine['name'], Words>> = {
  'SQLite (libsql)': {
    lookup: /SEARCH \w+ USING INDEX sqlite_autoindex_\w+ \(id=\?\)/,
    page: /SEARCH \w+ USING INDEX \w+_by_owner \(organization_id=\? AND owner_type=\? AND owner_id=\?/,
    bad: /SCAN|TEMP B-TREE/,
  },
  PGlite: postgres,
  PostgreSQL: postgres,
  MariaDB: {
    // MariaDB looks for one key while it plans: of one that is not there, it has nothing more to say.
    lookup: /"type":"(const|range)".*"key":"PRIMARY"|noticed after reading const tables/,
    page: /"type":"(ref|range)".*"key":"\w+_by_owner"/,
    bad: /filesort|"type":"(ALL|index)"/,
  },
}

for (const engine of engines) {
  const proxy: CountingProxy | null = engine.url === null ? null : await countingProxy(engine.url)
  let statements: CompiledQuery[] = []
  const log = ({ query }: LogEvent) => {
    statements.push(query)
  }
  const db = await connect({ ...engine, url: proxy?.url ?? null }, { log })
  if (db === null) {
    proxy?.close()
    continue // engines.test.ts says which, and fails where all must be there
  }

  const tablePrefix = newPrefix()
  afterAll(async () => {
    await dropTables(db, tablePrefix)
    await db.destroy()
    proxy?.close()
  })
  await migrateToLatest(db, { tablePrefix })
  const { keyring } = keyringOver(kyselyStore(db, { tablePrefix }))
  const created = await Promise.all(Array.from({ length: 20 }, () => keyring.create(input)))
  const [first] = created
  if (first === undefined) expect.unreachable()
  const table = `${tablePrefix}api_keys`
  await makeManyKeys(db, { table, template: first.key.id, count: manyKeys })
  await countRows(db, table)

  const during = async (work: () => Promise<unknown>): Promise<readonly CompiledQuery[]> => {
    statements = []
    proxy?.roundTrips()
    await work()
    return statements
  }

  describe(`${engine.name} with ${manyKeys} keys`, () => {
    const { lookup, page, bad } = words[engine.name]

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

    it('verifies the 20 tokens of one moment, each twice, with one statement, in one round trip, by primary key', async () => {
      const [read, ...more] = await during(async () => {
        const verdicts = await Promise.all([...created, ...created].map(({ token }) => keyring.verify(token.reveal())))
        const ids = verdicts.map((verdict) => (verdict.ok ? verdict.principal.key.id : null))
        expect(ids).toEqual([...created, ...created].map(({ key }) => key.id))
      })
      if (proxy !== null) expect(proxy.roundTrips()).toBe(1)
      expect(more).toEqual([])
      // A list of ids is as many parameters, or one.
      const asked = read?.parameters.flatMap((one) => String(one).match(/\w+/g) ?? [])
      expect(new Set(asked)).toEqual(new Set(created.map(({ key }) => key.id)))
      const plan = await planOf(db, read ?? expect.unreachable())
      expect(plan).toMatch(lookup)
      expect(plan).not.toMatch(bad)
    })

    it(`lists the ${bigOwnersKeys} keys of one owner, each page by the owner's index, without a sort (HTTP-17)`, async () => {
      let cursor: string | undefined
      for (const _page of [1, 2, 3]) {
        const [read, ...more] = await during(async () => {
          const listed = await keyring.list({
            owner: bigOwner,
            limit: 100,
            ...(cursor === undefined ? {} : { cursor }),
          })
          expect(listed.keys).toHaveLength(100)
          cursor = listed.nextCursor ?? expect.unreachable()
        })
        expect(more).toEqual([])
        const plan = await planOf(db, read ?? expect.unreachable())
        expect(plan).toMatch(page)
        expect(plan).not.toMatch(bad)
      }
    })
  })
}
