// What must hold on D1 beside the contract.
import { createKeyring, defineAccess, hmacSha256 } from '@keywright/core'
import { organizationOf, requestMemoryMs } from '@keywright/core/store'
import { d1Store, migrateD1, migrationSql } from '@keywright/d1'
import { aKey } from '@keywright/testkit'
import { describe, expect, it } from 'vitest'
import { watched } from './watched.mjs'

const draft = { type: 'api_key.created', actor: { type: 'user', id: 'ada' }, keyId: null, context: {}, data: {} }

function insert(store, key, once) {
  const decide = () => ({ write: key, audit: [{ ...draft, keyId: key.id }] })
  return store.insert({ id: key.id, organizationId: organizationOf(key.owner), quota: null, once, decide })
}

export function defineCases({ DB, EMPTY }) {
  describe('D1', () => {
    it('answers a verification with one statement, at the primary, that reads one row', async () => {
      const db = watched(DB)
      const store = d1Store(db)
      const hasher = hmacSha256({ current: 'p1', peppers: { p1: '07'.repeat(32) } })
      const access = defineAccess({ scopes: { 'tasks.read': 'See tasks' } })
      const open = () => createKeyring({ prefix: 'tk', access, store, hasher, resolveOwner: 'uncapped' })
      const keyring = open()
      const owner = { type: 'user', id: 'ada', organizationId: 'one-statement' }
      const { token } = await keyring.create({ name: 'ci', owner, scopes: ['tasks.read'] })
      await keyring.close()
      const before = { ...db.seen }
      const again = open()
      expect(await again.verify(token.reveal(), { scopes: ['tasks.read'] })).toMatchObject({ ok: true })
      expect([db.seen.statements - before.statements, db.seen.rowsRead - before.rowsRead]).toEqual([1, 1])
      await again.close()
      expect((await store.stats({ organizationId: 'one-statement' })).recentUsage).toBe(1)
      expect(new Set(db.seen.constraints)).toEqual(new Set(['first-primary']))
    })

    it('makes a key with one read and one write', async () => {
      const db = watched(DB)
      await insert(d1Store(db), aKey())
      expect(db.seen.batches).toBe(2)
    })

    it('reads a page of a big organization in its order, and no more than a few rows a key', async () => {
      const key = aKey({ expiresAt: null, lookupDigest: null, name: 'bulk' })
      const organizationId = organizationOf(key.owner)
      await insert(d1Store(DB), key)
      await addMany(DB, key.id, 3_000)
      const createdAt = new Date((await d1Store(DB).find(key.id)).record.createdAt.getTime() - 1_500)
      const id = 'x00000001500'
      const far = { id, createdAt, sortName: id, lastUsedAt: new Date(1_500), expiresAt: null }
      const read = []
      for (const sort of ['created', 'name', 'lastUsed', 'expiry']) {
        for (const order of ['asc', 'desc']) {
          const ending = { ...far, expiresAt: new Date(32_503_680_001_500) }
          const deep = sort === 'expiry' ? [{ after: far }, { after: ending }] : [{ after: far }]
          for (const query of [{}, ...deep, { status: 'active' }, { status: ['active', 'expired'] }]) {
            const db = watched(DB)
            const { records } = await d1Store(db).list({ organizationId, sort, order, limit: 20, ...query })
            expect(records).toHaveLength(20)
            read.push([`${sort} ${order} ${JSON.stringify(query)}`, db.seen.rowsRead])
          }
        }
      }
      // A word that one key in a hundred has, and one that each has, of which 1,000 are counted. Neither reads all keys.
      for (const [words, found] of [
        [['rare'], 20],
        [['often'], 20],
        [['often', 'rare'], 20],
        [['bulk'], 1],
      ]) {
        const db = watched(DB)
        expect((await d1Store(db).list({ organizationId, words, limit: 20 })).records).toHaveLength(found)
        read.push([words.join(' '), db.seen.rowsRead - 1_100])
      }
      expect(read.filter(([, rows]) => rows > 200)).toEqual([])
    })

    it('says that the outcome is unknown when the connection is lost after a write, and does not write again', async () => {
      const db = watched(DB, async (batch) => {
        if (batch === 2) throw new Error('D1_ERROR: Network connection lost.')
      })
      const key = aKey()
      await expect(insert(d1Store(db), key)).rejects.toMatchObject({ code: 'outcome_unknown' })
      expect(db.seen.batches).toBe(2)
      expect(await d1Store(DB).find(key.id)).not.toBeNull()
    })

    it('asks for a decision again when a verification replaced the hash meanwhile', async () => {
      const key = aKey()
      await insert(d1Store(DB), key)
      const from = { hash: key.hash, lookupDigest: key.lookupDigest }
      const db = watched(DB, async (batch) => {
        if (batch === 1) await d1Store(DB).replaceHash(key.id, from, { ...from, hash: 'new' })
      })
      const seen = []
      const decide = (record) => {
        seen.push(record.hash)
        return { write: { previousHash: record.hash, hash: 'newest' }, audit: [draft] }
      }
      const changed = await d1Store(db).change(key.id, { quota: null, decide })
      expect(seen).toEqual([key.hash, 'new'])
      expect(changed.record).toMatchObject({ previousHash: 'new', hash: 'newest' })
    })

    it('gives up when it meets others at each try, and has changed nothing', async () => {
      const key = aKey()
      const organizationId = organizationOf(key.owner)
      await insert(d1Store(DB), key)
      const db = watched(DB, () => d1Store(DB).appendAudit(organizationId, [draft]))
      const rename = d1Store(db).change(key.id, {
        quota: null,
        decide: () => ({ write: { name: 'new' }, audit: [draft] }),
      })
      await expect(rename).rejects.toThrow('Others kept changing keys')
      expect((await d1Store(DB).find(key.id)).record.name).toBe(key.name)
    })

    it('carries out a request again a day later, and forgets it', async () => {
      const store = d1Store(DB)
      const [once, key] = [{ id: crypto.randomUUID(), fingerprint: 'f' }, aKey()]
      await insert(store, key, once)
      await expect(insert(store, aKey(), once)).rejects.toMatchObject({ code: 'request_repeated', keyId: key.id })
      await DB.prepare('update api_key_requests set at = at - ? where id = ?')
        .bind(requestMemoryMs + 1, once.id)
        .run()
      expect(await insert(store, aKey(), once)).not.toBeNull()
      const { results } = await DB.prepare('select * from api_key_requests where id = ?').bind(once.id).all()
      expect(results).toHaveLength(1)
    })

    it('forgets batches of usage a day later', async () => {
      const store = d1Store(DB)
      await store.recordUsage('old', [])
      await DB.prepare("update api_key_usage_batches set at = at - 86400001 where id = 'old'").run()
      await store.recordUsage('new', [])
      expect((await DB.prepare("select 1 from api_key_usage_batches where id = 'old'").all()).results).toEqual([])
    })
  })

  describe('migrateD1', () => {
    it('makes the tables once, also when it is called twice at once', async () => {
      const inspect = () => d1Store(EMPTY).inspect({ hashes: [], seals: [] })
      expect((await inspect()).schemaProblem).toContain('are not there')
      await expect(d1Store(EMPTY).find('nobody000000')).rejects.toThrow('no such table')
      const ran = await Promise.all([migrateD1(EMPTY), migrateD1(EMPTY)])
      expect(ran.flat().sort()).toEqual(migrationSql().map(({ name }) => name))
      expect(await migrateD1(EMPTY)).toEqual([])
      expect((await inspect()).schemaProblem).toBeNull()
    })

    it('refuses tables of a newer version, and goes on where a step is missing', async () => {
      const missing = '0024-create-audit-starts'
      await EMPTY.prepare("insert into api_key_migrations values ('9999-later', '')").run()
      await expect(migrateD1(EMPTY)).rejects.toThrow('9999-later')
      expect((await d1Store(EMPTY).inspect({ hashes: [], seals: [] })).schemaProblem).toContain('9999-later')
      await EMPTY.prepare("delete from api_key_migrations where name in ('9999-later', ?)").bind(missing).run()
      expect((await d1Store(EMPTY).inspect({ hashes: [], seals: [] })).schemaProblem).toContain(missing)
      // What the step makes is there: it fails, and says so.
      await expect(migrateD1(EMPTY)).rejects.toThrow(`Migration ${missing} failed`)
    })
  })
}

/** Copies a key many times, a millisecond apart, in a few statements. */
async function addMany(db, id, count) {
  const { results } = await db.prepare('select * from api_keys where id = ?').bind(id).all()
  const copied = {
    id: "printf('x%011d', n)",
    sort_name: "printf('x%011d', n)",
    created_at: 'created_at - n',
    expires_at: 'case when n % 2 = 0 then 32503680000000 + n end',
  }
  const columns = Object.keys(results[0])
  const numbers = `with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < ${count})`
  const values = columns.map((name) => copied[name] ?? name)
  await db.batch([
    db
      .prepare(`${numbers} insert into api_keys (${columns}) select ${values} from numbers, api_keys where id = ?`)
      .bind(id),
    db.prepare(`insert into api_key_last_uses select id, organization_id, cast(substr(id, 2) as integer) from api_keys
      where id glob 'x00000*'`),
    db
      .prepare(`update api_key_counters set created = created + ? where organization_id in
        (select organization_id from api_keys where id = ?)`)
      .bind(count, id),
    db.prepare(`insert into api_key_terms select organization_id, 'word', 'often', id from api_keys
      where id glob 'x00000*'`),
    db.prepare(`insert into api_key_terms select organization_id, 'word', 'rare', id from api_keys
      where id glob 'x00000*00'`),
  ])
}
