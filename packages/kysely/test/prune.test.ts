import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hourOf, type KeyUsage } from '@keywright/core/store'
import { type Kysely, sql } from 'kysely'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { archiveIn } from '../../../examples/databases/src/archive-in-folder.js'
import { checkHistory } from '../../../examples/databases/src/check-history.js'
import { pruneNightly } from '../../../examples/databases/src/prune-nightly.js'
import { kyselyStore, migrateToLatest } from '../src/index.js'
import { dropTables, newPrefix } from './drop-tables.js'
import { connect, testedEngines } from './engines.js'
import { input, keyringOver, owner } from './keyring-over.js'

const { organizationId } = owner
const dayMs = 86_400_000
const ring = { current: 'a1', keys: { a1: Buffer.alloc(32, 3) } }

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keywright-archive-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Tables of their own, and a keyring over them. */
async function openOn(db: Kysely<object>) {
  const tablePrefix = newPrefix()
  onTestFinished(() => dropTables(db, tablePrefix))
  await migrateToLatest(db, { tablePrefix })
  const store = kyselyStore(db, { tablePrefix })
  const { keyring } = keyringOver(store, { auditKeys: ring })
  return { store, keyring, table: (name: string) => sql.table(`${tablePrefix}${name}`) }
}

/** The clock of a database goes on. */
const tick = () => new Promise((resolve) => setTimeout(resolve, 5))

describe.each(testedEngines())('prune, on $name', (engine) => {
  const opening = connect(engine)
  afterAll(async () => (await opening)?.destroy())
  const open = async () => openOn((await opening) ?? expect.unreachable(`Nothing answers at ${engine.url}`))

  it('has the database let records go that were archived, and no others (AUD-3)', async () => {
    const { store, keyring, table } = await open()
    const { key } = await keyring.create(input)
    await keyring.disable(key.id)
    await keyring.enable(key.id)
    await keyring.create({ ...input, owner: { ...owner, organizationId: 'org2' } })
    const [, second] = await store.listAudit({ organizationId, order: 'asc', limit: 2 })
    const from = { seq: 0, hash: '0'.repeat(64) }
    const to = { seq: 2, hash: second?.hash ?? '' }
    const actor = { type: 'system', id: 'x' } as const
    const record = { type: 'audit.pruned', actor, keyId: null, context: {}, data: {} } as const
    const audit = table('api_key_audit')
    const db = (await opening) ?? expect.unreachable()
    const remove = (of: string, seq: number) =>
      sql`delete from ${audit} where organization_id = ${of} and seq = ${seq}`.execute(db)
    await expect(remove(organizationId, 1)).rejects.toThrow(/append-only/)
    expect(await store.retention?.moveAuditStart({ organizationId, from, to, record })).toBe(true)
    await expect(remove(organizationId, 3)).rejects.toThrow(/append-only/)
    await expect(remove('org2', 1)).rejects.toThrow(/append-only/)
    await expect(sql`update ${audit} set actor_id = 'x' where seq = 1`.execute(db)).rejects.toThrow(/append-only/)
    await expect(sql`delete from ${audit}`.execute(db)).rejects.toThrow(/append-only/)
    await remove(organizationId, 2)
    expect(await store.retention?.sweepAudit({ organizationId, limit: 10 })).toBe(1)
  })

  it('keeps archive and log one chain, and each count, beside changes, uses and other prunes (AUD-13, USE-6)', async () => {
    const { store, keyring } = await open()
    const folder = newFolder()
    const keys = await Promise.all([1, 2, 3, 4].map(() => keyring.create(input)))
    const now = (await store.now()).getTime()
    const old = (id: string, hour: number): KeyUsage => {
      const at = new Date(now - 10 * dayMs + hour * 3_600_000)
      return { keyId: id, organizationId, hour: hourOf(at), count: 1, lastUsedAt: at }
    }
    const hours = Array.from({ length: 100 }, (_, hour) => hour)
    const write = () =>
      store.recordUsage(
        crypto.randomUUID(),
        keys.flatMap(({ key }) => hours.map((hour) => old(key.id, hour))),
      )
    await write()
    await tick()
    let rounds = 0
    const prune = async () => {
      for (let round = 0; round < 3; round += 1) {
        const audit = { olderThanMs: 1, archive: archiveIn(folder) }
        expect((await keyring.prune({ audit, usageOlderThanMs: 2 * dayMs })).broken).toEqual([])
        rounds += 1
        await tick()
      }
    }
    const change = async () => {
      for (const { key } of keys) {
        await keyring.update(key.id, { name: `n${key.id}` })
        await keyring.disable(key.id)
        await keyring.enable(key.id)
        await write()
      }
    }
    await Promise.all([prune(), prune(), change()])
    expect(rounds).toBe(6)
    await keyring.prune({ usageOlderThanMs: 2 * dayMs })
    expect(readdirSync(folder).length).toBeGreaterThan(0)
    expect(await keyring.audit.verify({ organizationId })).toMatchObject({ ok: true })
    expect(await checkHistory(keyring, { folder, organizationId, auditKeys: ring })).toMatchObject({ ok: true })
    const span = { organizationId, from: new Date(now - 12 * dayMs), to: new Date(now + dayMs) }
    const days = await store.listKeyUsage({ ...span, bucketMs: dayMs, keyIds: keys.map(({ key }) => key.id) })
    for (const { key } of keys) {
      const sum = days.filter(({ keyId }) => keyId === key.id).reduce((all, { count }) => all + count, 0)
      expect(sum).toBe(500)
    }
    expect(await store.listUsage(span)).toEqual([])
    for (const { token } of keys) expect((await keyring.verify(token.reveal())).ok).toBe(true)
    expect(await keyring.doctor()).toEqual([])
  })

  it('is what docs/retention.md shows', async () => {
    const { keyring } = await open()
    const folder = newFolder()
    await keyring.create(input)
    await pruneNightly(keyring, folder)
    expect(readdirSync(folder)).toEqual([])
    await tick()
    await keyring.prune({ audit: { olderThanMs: 1, archive: archiveIn(folder) } })
    expect(readdirSync(folder)).toEqual([`${organizationId}.1-1.jsonl`])
    const history = { folder, organizationId, auditKeys: ring }
    expect(await checkHistory(keyring, history)).toMatchObject({ ok: true, checkpoint: { seq: 3 } })
    rmSync(join(folder, `${organizationId}.1-1.jsonl`))
    await expect(checkHistory(keyring, history)).rejects.toThrow('ends with record 1')
  })
})
