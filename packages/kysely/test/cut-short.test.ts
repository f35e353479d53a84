import type { ArchivePart } from '@keywright/core'
import { sql } from 'kysely'
import { expect, it, onTestFinished } from 'vitest'
import { kyselyStore, migrateToLatest } from '../src/index.js'
import { dropTables, newPrefix } from './drop-tables.js'
import { connect, testedEngines } from './engines.js'
import { input, keyringOver } from './keyring-over.js'

const mariadb = testedEngines().find(({ name }) => name === 'MariaDB')

it.runIf(mariadb !== undefined).each([
  ['its table', 1],
  ['its trigger', 2],
  ['everything but its record', 3],
])('a step on MariaDB that was cut short after %s goes on, and records could not go meanwhile', async (_, made) => {
  if (mariadb === undefined) return expect.unreachable()
  const db = await connect(mariadb)
  if (db === null) return expect.unreachable(`Nothing answers at ${mariadb.url}`)
  const tablePrefix = newPrefix()
  onTestFinished(async () => {
    await dropTables(db, tablePrefix)
    await db.destroy()
  })
  await migrateToLatest(db, { tablePrefix })
  const { keyring } = keyringOver(kyselyStore(db, { tablePrefix }))
  await keyring.create(input)
  const audit = sql.table(`${tablePrefix}api_key_audit`)
  const triggers = [`${tablePrefix}api_key_audit_no_other_delete`, `${tablePrefix}api_key_audit_no_delete`]
  const refuse = sql`signal sqlstate '45000' set message_text = 'the audit log is append-only'`
  // As it was when each of its statements had run, one after the other.
  await sql`delete from ${sql.table(`${tablePrefix}api_key_migrations`)} where name = '0024-create-audit-starts'`.execute(
    db,
  )
  if (made < 3)
    await sql`create trigger ${sql.id(triggers[1] ?? '')} before delete on ${audit} for each row ${refuse}`.execute(db)
  if (made < 2) await sql`drop trigger ${sql.id(triggers[0] ?? '')}`.execute(db)
  const deletion = () => sql`delete from ${audit}`.execute(db)
  await expect(deletion()).rejects.toThrow('append-only')

  expect(await migrateToLatest(db, { tablePrefix })).toEqual(['0024-create-audit-starts'])
  await expect(deletion()).rejects.toThrow('append-only')
  const { rows } = await sql<{ name: string }>`select trigger_name as name from information_schema.triggers
    where event_object_table = ${`${tablePrefix}api_key_audit`} and event_manipulation = 'DELETE'`.execute(db)
  expect(rows.map(({ name }) => name)).toEqual([triggers[0]])
  const archive = async ({ lines }: ArchivePart): Promise<void> => {
    for await (const _ of lines); // it is safe nowhere, and nobody misses it
  }
  expect(await keyring.prune({ audit: { olderThanMs: 0, archive } })).toMatchObject({ broken: [] })
})
