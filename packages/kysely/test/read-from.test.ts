import { Kysely, PostgresDialect } from 'kysely'
import { describe, expect, it, onTestFinished } from 'vitest'
import { describeFully } from '../../../test/support/everything.js'
import { findMariadb, ownMariadb } from '../../../test/support/own-mariadb.js'
import { kyselyStore, migrateToLatest } from '../src/index.js'
import { newPrefix } from './drop-tables.js'
import { input, keyringOver } from './keyring-over.js'
import { openMariaDb } from './open-database.js'
import { sqliteFile } from './sqlite-file.js'

/** A database that is never asked. */
const postgres = () =>
  new Kysely<object>({ dialect: new PostgresDialect({ pool: async () => expect.unreachable('It was asked') }) })
const db = postgres()
const mysql = openMariaDb('mysql://root@127.0.0.1:1/none').db

describe('readFrom', () => {
  it.each<[what: string, readFrom: unknown, message: RegExp]>([
    ['no list', postgres(), /^Option readFrom must be a list of 1 to 16 instances of Kysely/],
    ['null', null, /^Option readFrom must be a list of 1 to 16 instances of Kysely/],
    ['an empty list', [], /^Option readFrom must be a list of 1 to 16 instances of Kysely/],
    ['too long a list', Array.from({ length: 17 }, postgres), /^Option readFrom must be a list of 1 to 16/],
    [
      'a list of something else',
      [{ connect: () => {} }],
      /^Option readFrom\[0\] must be an instance of Kysely of its own/,
    ],
    ['a list of nothing', [undefined], /^Option readFrom\[0\] must be an instance of Kysely of its own/],
    ['a list with db itself', [postgres(), db], /^Option readFrom\[1\] must be an instance of Kysely of its own/],
    [
      'a list with another engine',
      [mysql],
      /^Option readFrom\[0\] must be a database that speaks postgres, as db does/,
    ],
  ])('is refused at start-up as %s (REP-2)', (_, readFrom, message) => {
    expect(() => kyselyStore(db, { readFrom: readFrom as never })).toThrow(message)
  })

  it('is refused at start-up if one stands in it twice (REP-2)', () => {
    const replica = postgres()
    expect(() => kyselyStore(db, { readFrom: [replica, replica] })).toThrow(
      /^Option readFrom\[0\] must be an instance|^Option readFrom\[1\] must be an instance/,
    )
  })

  it('is refused at start-up on SQLite (REP-2)', () => {
    const [one, other] = [sqliteFile().open().db, sqliteFile().open().db]
    expect(() => kyselyStore(one, { readFrom: [other] })).toThrow(
      'Option readFrom must be left out on SQLite: nothing proves that a copy of a file knows what was revoked.',
    )
  })
})

describeFully('readFrom on a MariaDB that is no Galera cluster', () => {
  it('is refused with 503 from the first verification on (REP-2)', async () => {
    const server = await ownMariadb(findMariadb() ?? expect.unreachable('No mariadbd on this machine'))
    onTestFinished(() => server.remove())
    await server.start()
    const open = () => {
      const { db } = openMariaDb(server.url)
      onTestFinished(() => db.destroy())
      return db
    }
    const [primary, tablePrefix] = [open(), newPrefix()]
    await migrateToLatest(primary, { tablePrefix })
    const { keyring } = keyringOver(kyselyStore(primary, { tablePrefix, readFrom: [open()] }))
    const { token } = await keyring.create(input)
    const message = expect.stringMatching(
      /^Verifications are not read from readFrom\[0\]\. It is no node of a Galera cluster/,
    )
    expect(await keyring.verify(token.reveal())).toMatchObject({
      refusal: { code: 'auth_unavailable', cause: { code: 'store_unavailable', message } },
    })
    expect(await keyring.doctor()).toMatchObject([{ code: 'unused_replica', message }])
  })
})
