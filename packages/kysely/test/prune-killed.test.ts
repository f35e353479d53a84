import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hourOf } from '@keywright/core/store'
import { describe, expect, it, onTestFinished } from 'vitest'
import { archiveIn } from '../../../examples/databases/src/archive-in-folder.js'
import { checkHistory } from '../../../examples/databases/src/check-history.js'
import { testsEverything } from '../../../test/support/everything.js'
import { kyselyStore, migrateToLatest } from '../src/index.js'
import { input, owner } from './keyring-over.js'
import { killedProgram } from './killed-program.js'
import { securedKeyring } from './secured-keyring.js'
import { sqliteFile } from './sqlite-file.js'

const { organizationId } = owner
const runProgram = killedProgram()
const dayMs = 86_400_000

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keywright-archive-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A file with old records, hours and tombstones, and copies of it for the attempts. */
async function prepared() {
  const original = sqliteFile()
  const connection = original.open()
  await migrateToLatest(connection.db)
  const store = kyselyStore(connection.db)
  const keyring = securedKeyring(store)
  const { key, token } = await keyring.create(input)
  const gone = await keyring.create(input)
  await keyring.create({ ...input, owner: { ...owner, organizationId: 'org2' } }, { idempotencyKey: 'r1' })
  await keyring.delete(gone.key.id)
  const now = Date.now()
  const use = (id: string, days: number, hours: number) => {
    const lastUsedAt = new Date(now - days * dayMs + hours * 3_600_000)
    return { keyId: id, organizationId, hour: hourOf(lastUsedAt), count: 1, lastUsedAt }
  }
  const uses = [5, 6].flatMap((days) =>
    [1, 2].flatMap((hours) => [use(key.id, days, hours), use(gone.key.id, days, hours)]),
  )
  const refusals = uses.map(({ lastUsedAt: _, ...counted }) => ({ ...counted, code: 'rate_limited' }))
  await store.recordUsage('b1', uses, refusals)
  // As if time had gone by.
  connection.raw.exec(`update api_keys set deleted_at = ${now - 4 * dayMs} where status = 'deleted';
    update api_key_requests set at = ${now - 2 * dayMs}`)
  connection.raw.prepare('pragma wal_checkpoint(truncate)').all()
  connection.raw.close()
  const attempt = async (fatal: number) => {
    const [copy, folder] = [sqliteFile(), newFolder()]
    copyFileSync(original.path, copy.path)
    const { died, lines } = await runProgram(copy.path, 'prune', String(fatal), folder)
    return { died, lines, folder, ...copy.open() }
  }
  const span = { organizationId, from: new Date(now - 20 * dayMs), to: new Date(now + dayMs), bucketMs: dayMs } as const
  return { token: token.reveal(), attempt, span, keyIds: [key.id, gone.key.id] }
}

describe('a prune that is killed', () => {
  it('has lost and counted twice nothing, at any statement, and the next one finishes it (AUD-13, USE-6)', {
    timeout: 180_000,
  }, async () => {
    const { token, attempt, span, keyIds } = await prepared()
    const whole = await attempt(0)
    expect(whole.died).toBe(false)
    const statements = Number(/^done (\d+)$/.exec(whole.lines.at(-1) ?? '')?.[1])
    expect(statements).toBeGreaterThan(40)

    const stateOf = async ({ db }: typeof whole) => {
      const store = kyselyStore(db)
      const inOrder = (list: readonly object[]) => list.map((one) => JSON.stringify(one)).sort()
      return {
        uses: inOrder(await store.listKeyUsage({ ...span, keyIds })),
        refusals: inOrder(await store.listRefusals({ ...span, keyIds })),
        stats: await store.stats({ organizationId }),
      }
    }
    const tables = ['audit', 'usage', 'refusals', 'last_uses', 'requests'].map((name) => `api_key_${name}`)
    const rowsOf = ({ raw }: typeof whole) =>
      [...tables, 'api_keys'].map((table) => [table, raw.prepare(`select 1 from ${table}`).all().length])
    const expected = { state: await stateOf(whole), rows: rowsOf(whole) }
    expect(expected.state.uses).toHaveLength(4)

    const check = async (fatal: number) => {
      const left = await attempt(fatal)
      expect(left.died).toBe(true)
      // Before the next prune, nothing looks different from outside.
      expect(await stateOf(left)).toEqual(expected.state)
      const keyring = securedKeyring(kyselyStore(left.db))
      expect(await keyring.audit.verify({ organizationId })).toMatchObject({ ok: true })
      const days = { usageOlderThanMs: 2 * dayMs, tombstonesOlderThanMs: 2 * dayMs }
      await keyring.prune({ ...days, audit: { olderThanMs: 1, archive: archiveIn(left.folder) } })
      expect(await stateOf(left)).toEqual(expected.state)
      expect(rowsOf(left)).toEqual(expected.rows)
      expect(await checkHistory(keyring, { folder: left.folder, organizationId })).toMatchObject({ ok: true })
      expect((await keyring.verify(token)).ok).toBe(true)
    }
    // A quick run tries some of them.
    for (let fatal = 1; fatal <= statements; fatal += testsEverything ? 1 : 7) await check(fatal)
    expect(readdirSync(whole.folder).sort()).toEqual(['org1.1-3.jsonl', 'org2.1-1.jsonl'])
    expect(readFileSync(join(whole.folder, 'org1.1-3.jsonl'), 'utf8')).toContain('{"checkpoint":')
  })
})
