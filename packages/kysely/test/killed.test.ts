import { copyFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { unlessEverything } from '../../../test/support/everything.js'
import { kyselyStore, migrateToLatest } from '../src/index.js'
import { input, owner } from './keyring-over.js'
import { dumpOf, killedProgram } from './killed-program.js'
import { securedKeyring } from './secured-keyring.js'
import { sqliteFile } from './sqlite-file.js'

const { organizationId } = owner
const runProgram = killedProgram()

/** A file with one key that was rotated before, and copies of the file for the attempts. */
async function prepared(journal: string) {
  const original = sqliteFile()
  const connection = original.open()
  await migrateToLatest(connection.db)
  const keyring = securedKeyring(kyselyStore(connection.db))
  const { key } = await keyring.create(input)
  const { token } = await keyring.rotate(key.id)
  const before = dumpOf(connection)
  for (const pragma of ['wal_checkpoint(truncate)', `journal_mode = ${journal}`])
    connection.raw.prepare(`pragma ${pragma}`).all()
  connection.raw.close()

  /** Kills the verb after so many statements on a copy, and opens the copy. */
  const attempt = async (verb: string, fatal: number) => {
    const copy = sqliteFile()
    copyFileSync(original.path, copy.path)
    const { died, lines } = await runProgram(copy.path, verb, String(fatal), key.id)
    return { died, lines, ...copy.open() }
  }
  return { keyId: key.id, token: token.reveal(), before, attempt }
}

describe('a process that is killed (FI-19, AUD-2, ROT-2)', () => {
  const verbs = [
    ['rotate', 'api_key.rotated', 'wal'],
    ['create', 'api_key.created', 'wal'],
    ['revoke', 'api_key.revoked', 'wal'],
    ['update', 'api_key.scopes_changed', 'wal'],
    ['rotate', 'api_key.rotated', 'delete'],
  ] as const
  it.each(
    unlessEverything(
      verbs,
      (one) => one === verbs[0],
      ([verb, , journal]) => `a process that is killed: ${verb}, ${journal}`,
    ),
  )(
    'has changed all or nothing, at any statement of %s (%s), with a journal in mode %s',
    async (verb, type, journal) => {
      const { keyId, token, before, attempt } = await prepared(journal)
      const { died, lines } = await attempt(verb, 0)
      expect(died).toBe(false)
      const statements = Number(/^done (\d+)$/.exec(lines.at(-1) ?? '')?.[1])
      expect(statements).toBeGreaterThan(6)

      const check = async (fatal: number) => {
        const left = await attempt(verb, fatal)
        expect(left.died).toBe(true)
        // The last statement is the commit: before it nothing is stored, after it everything.
        const isDone = fatal === statements
        const dump = dumpOf(left)
        if (isDone) expect(dump).not.toEqual(before)
        else expect(dump).toEqual(before)

        const keyring = securedKeyring(kyselyStore(left.db))
        const { records } = await keyring.audit.list({ organizationId })
        expect(records.map((record) => record.type)).toEqual([
          ...(isDone ? [type] : []),
          'api_key.rotated',
          'api_key.created',
        ])
        const [last] = records
        expect(await keyring.audit.verify({ organizationId })).toEqual({
          ok: true,
          complete: true,
          checkpoint: { seq: last?.seq, hash: last?.hash },
        })

        const works = async (text: string) => (await keyring.verify(text)).ok
        expect(await works(token)).toBe(!isDone || verb === 'create' || verb === 'update')
        const scopes = (await keyring.get(keyId))?.grants.scopes
        expect(scopes).toEqual(isDone && verb === 'update' ? [] : input.scopes)
        for (const printed of left.lines) expect(await works(printed)).toBe(isDone)
        const created = isDone && verb === 'create' ? 2 : 1
        expect((await keyring.stats({ organizationId })).totalCreated).toBe(created)
        expect((await keyring.list()).keys).toHaveLength(created)
        // No lock is left, and the chain continues.
        await keyring.create(input)
        expect(await keyring.audit.verify({ organizationId })).toMatchObject({ ok: true })
        return left.lines.length
      }
      const printed: number[] = []
      for (let fatal = 1; fatal <= statements; fatal += 2) {
        const pair = [fatal, fatal + 1].filter((each) => each <= statements)
        printed.push(...(await Promise.all(pair.map(check))))
      }
      // The tokens were printed before anything was stored: only the commit makes them valid.
      expect(printed.filter((count) => count > 0).length > 6).toBe(verb === 'create' || verb === 'rotate')
    },
  )
})
