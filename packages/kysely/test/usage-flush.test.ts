import { hourOf, type KeyStore, type KeyUsage } from '@keywright/core/store'
import { type Dialect, Kysely, type LogEvent, sql } from 'kysely'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { testsEverything } from '../../../test/support/everything.js'
import { usageBuffer } from '../../core/src/usage/index.js'
import { kyselyStore, migrateToLatest } from '../src/index.js'
import { dropTables, newPrefix } from './drop-tables.js'
import { connect, testedEngines } from './engines.js'
import { input, keyringOver } from './keyring-over.js'

const now = new Date(Date.UTC(2026, 0, 1, 12, 30))
const chunk = 250

const keys = (count: number): string[] => Array.from({ length: count }, (_, n) => `k${n}`)
const everything = { from: new Date(0), to: new Date(8e15) }

/** Uses of keys in an organisation that no other test counts. */
function usesOf(organizationId: string, ids: readonly string[], count = 1): KeyUsage[] {
  return ids.map((keyId) => ({ keyId, organizationId, hour: hourOf(now), count, lastUsedAt: now }))
}

function unexpected(): never {
  return expect.unreachable()
}

function signal(): { readonly given: Promise<void>; give(): void } {
  let give = (): void => {}
  const given = new Promise<void>((resolve) => {
    give = resolve
  })
  return { given, give: () => give() }
}

/** Holds each transaction open before its commit. */
function held(dialect: Dialect, beforeCommit: () => Promise<void>): Dialect {
  return {
    createAdapter: () => dialect.createAdapter(),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createDriver: () => {
      const driver = dialect.createDriver()
      const commit = driver.commitTransaction.bind(driver)
      driver.commitTransaction = async (connection) => {
        await beforeCommit()
        await commit(connection)
      }
      return driver
    },
  }
}

for (const engine of testedEngines().filter(({ name }) => name !== 'PGlite')) {
  const db = await connect(engine)
  if (db === null) continue // engines.test.ts says which, and fails where all must be there
  const tablePrefix = newPrefix()
  await migrateToLatest(db, { tablePrefix })
  afterAll(async () => {
    await dropTables(db, tablePrefix)
    await db.destroy()
  })
  const store = kyselyStore(db, { tablePrefix })
  const counted = async (organizationId: string) =>
    (await store.listUsage({ organizationId, ...everything })).reduce((sum, { count }) => sum + count, 0)

  /** Another process, and what it sends. Of SQLite in memory there is but one. */
  const another = async (log: (event: LogEvent) => void, dialect?: Dialect): Promise<KeyStore> => {
    const other = new Kysely<object>({ dialect: dialect ?? engine.dialect(engine.url ?? ''), log })
    onTestFinished(() => other.destroy())
    const tables = { tablePrefix }
    if (engine.url === null) await migrateToLatest(other, tables)
    return kyselyStore(other, tables)
  }

  describe(`a write of uses, on ${engine.name}`, () => {
    // MariaDB is asked first whether it is a replica: whoever may write on one would not be refused.
    const most = engine.name === 'MariaDB' ? 5 : 4

    it(`of 1 000 keys is at most ${most} statements for 250 of them, and names no key’s row (USE-5, B12)`, async () => {
      let sent: string[] = []
      const watched = await another(({ query }) => {
        sent.push(query.sql)
      })
      await watched.recordUsage('the first', [])
      sent = []
      const buffer = usageBuffer(watched, 60_000, unexpected)
      for (let round = 0; round < 3; round += 1) for (const id of keys(1_000)) buffer.count(id, 'o1', now)
      await buffer.flush()
      const work = sent.filter((text) => !/^(begin|commit|start|set)\b/i.test(text))
      expect(work.length).toBeLessThanOrEqual(most * (1_000 / chunk))
      expect(work.filter((text) => /api_keys\b/.test(text))).toEqual([])
      const uses = await watched.listUsage({ organizationId: 'o1', ...everything })
      expect(uses).toEqual([{ hour: hourOf(now), count: 3_000 }])
    })

    it('adds up what names a key and hour twice (USE-1)', async () => {
      const [use] = usesOf('o2', ['k1'], 2)
      if (use === undefined) expect.unreachable()
      await store.recordUsage(crypto.randomUUID(), [use, { ...use, count: 3 }])
      await store.recordUsage(crypto.randomUUID(), [use])
      expect(await counted('o2')).toBe(7)
    })

    it('whose every outcome is unknown once counts each use once (USE-2)', async () => {
      const told: string[] = []
      const asked = new Set<string>()
      const recordUsage: KeyStore['recordUsage'] = async (id, uses) => {
        await store.recordUsage(id, uses)
        if (asked.has(id)) return
        asked.add(id)
        throw new Error('The connection ended')
      }
      const buffer = usageBuffer({ recordUsage }, 60_000, ({ type }) => told.push(type))
      for (const id of keys(1_750)) buffer.count(id, 'o3', now)
      for (let attempt = 0; attempt < 7; attempt += 1) {
        await buffer.flush()
        // What ends here has counted whole batches only.
        expect(await counted('o3')).toBe(Math.min((attempt + 1) * chunk, 1_750))
      }
      await buffer.close(10_000)
      expect(await counted('o3')).toBe(1_750)
      expect(told).toEqual(Array(7).fill('usage.not_written'))
    })

    if (testsEverything || engine.url === null)
      it('loses nothing of 100 000 keys in one interval (USE-3)', async () => {
        const buffer = usageBuffer(store, 60_000, unexpected)
        for (const id of keys(100_000)) buffer.count(id, 'o4', now)
        await buffer.close(120_000)
        expect(await counted('o4')).toBe(100_000)
      }, 150_000)

    it('forgets batches of more than a day ago, a minute’s at a time (USE-2)', async () => {
      const dayMs = 86_400_000
      const old = [3 * dayMs, 3 * dayMs - 1_000, 2 * dayMs]
      const table = `${tablePrefix}api_key_usage_batches`
      const clock = (await store.now()).getTime()
      for (const [index, age] of old.entries()) {
        const row = { id: `old${index}`, claim: 'c', at: clock - age }
        await db
          .insertInto(table as never)
          .values(row as never) // the tables are not in the host's types
          .execute()
      }
      const left = async () => {
        const { rows } = await sql<{ id: string }>`select id from ${sql.table(table)} where id like 'old%'`.execute(db)
        return rows.map(({ id }) => id)
      }
      const id = crypto.randomUUID()
      await store.recordUsage(id, usesOf('o5', ['k1']))
      expect(await left()).toEqual(['old2'])
      await store.recordUsage(crypto.randomUUID(), [])
      expect(await left()).toEqual([])
      await store.recordUsage(id, usesOf('o5', ['k1']))
      expect(await counted('o5')).toBe(1)
    })

    // SQLite has one writer at a time.
    if (engine.url !== null)
      describe('beside others', () => {
        it('of 10 000 keys keeps no change of one of them waiting, even while its process stands still (USE-5)', async () => {
          const { keyring } = keyringOver(store)
          const created = await Promise.all(Array.from({ length: 2 }, () => keyring.create(input)))
          const ids = created.map(({ key }) => key.id)
          const goOn = signal()
          const standing = signal()
          const stopped = held(engine.dialect(engine.url ?? ''), () => {
            standing.give()
            return goOn.given
          })
          const frozen = await another(() => {}, stopped)
          const uses = usesOf(input.owner.organizationId, [...ids, ...keys(10_000)])
          const writing = frozen.recordUsage(crypto.randomUUID(), uses)
          await standing.given
          const [first = '', second = ''] = ids
          expect((await keyring.disable(first)).status).toBe('disabled')
          expect((await keyring.revoke(first)).status).toBe('revoked')
          expect((await keyring.update(second, { name: 'other' })).name).toBe('other')
          expect((await keyring.verify(created[0]?.token.reveal() ?? '')).ok).toBe(false)
          expect((await keyring.get(second))?.lastUsedAt).toBeNull()
          goOn.give()
          await writing
          expect((await keyring.get(second))?.lastUsedAt).toEqual(now)
        })

        it('of the same keys by two processes meets no deadlock, while both forget old batches (USE-5)', async () => {
          const failed: unknown[] = []
          const log = (event: LogEvent) => {
            if (event.level === 'error') failed.push(event.error)
          }
          const stores = [await another(log), await another(log)]
          const table = `${tablePrefix}api_key_usage_batches`
          const clock = (await store.now()).getTime()
          const old = keys(300).map((id, n) => ({
            id: `${id}-old`,
            claim: 'c',
            at: clock - 2 * 86_400_000 + n * 30_000,
          }))
          await db
            .insertInto(table as never)
            .values(old as never) // the tables are not in the host's types
            .execute()
          const rounds = 15
          await Promise.all(
            stores.flatMap((each, side) =>
              [0, 1].map(async (lane) => {
                for (let round = 0; round < rounds; round += 1) {
                  // Each hour is new to all of them at first, and then there.
                  const hour = new Date(hourOf(now).getTime() + (round % 5) * 3_600_000)
                  const uses = usesOf('o6', keys(chunk)).map((use) => ({ ...use, hour }))
                  await each.recordUsage(crypto.randomUUID(), (side + lane) % 2 === 0 ? uses : uses.reverse())
                }
              }),
            ),
          )
          expect(failed).toEqual([])
          expect(await counted('o6')).toBe(4 * rounds * chunk)
        })
      })
  })
}
