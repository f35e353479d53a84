import { Kysely, MysqlDialect, PostgresDialect } from 'kysely'
import { createPool } from 'mysql2'
import pg from 'pg'
import { afterAll, describe, expect, it } from 'vitest'
import { kyselyStore } from '../src/index.js'
import { newPrefix } from './drop-tables.js'
import { connect, testedEngines } from './engines.js'
import { input, keyringOver } from './keyring-over.js'

const store = kyselyStore as unknown as (...args: unknown[]) => unknown // a caller in JavaScript
const noKysely =
  'db must be an instance of Kysely. A pool or a connection of a driver goes into its dialect: new Kysely({ dialect }).'

describe('kyselyStore', () => {
  it.each<[string, unknown[]]>([
    ['of nothing', []],
    ['of a pool of pg', [new pg.Pool()]],
    ['of an address', ['postgres://127.0.0.1/test']],
  ])('says what it needs in place %s', (_, args) => {
    expect(() => store(...args)).toThrow(noKysely)
  })
})

describe.each(testedEngines())('without tables, on $name', (engine) => {
  const opened = connect(engine)
  afterAll(async () => (await opened)?.destroy())

  it('every call says what to run, at the top', async ({ skip }) => {
    const db = await opened
    if (db === null) return skip()
    const { keyring } = keyringOver(kyselyStore(db, { tablePrefix: newPrefix() }))
    const message = expect.stringMatching(/The (key )?tables are not there.* [Rr]un migrateToLatest\(db\)/)
    for (const call of [
      () => keyring.create(input),
      () => keyring.list(),
      () => keyring.get('0123456789ab'),
      () => keyring.revoke('0123456789ab'),
      () => keyring.stats({ organizationId: 'org1' }),
      () => keyring.usage({ organizationId: 'org1' }),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'store_unavailable', message })
    }
    expect(await keyring.doctor()).toMatchObject([{ code: 'schema', message }])
  })
})

describe('doctor says why the database does not answer, without its address', () => {
  const nobody = { host: '127.0.0.1', port: 9, user: 'app', password: 'hunter2', database: 'keys' }

  it.each([
    ['PostgreSQL', () => new PostgresDialect({ pool: new pg.Pool(nobody) })],
    ['MySQL', () => new MysqlDialect({ pool: createPool(nobody) })],
  ])('of %s', async (_, dialect) => {
    const db = new Kysely<object>({ dialect: dialect() })
    const found = await keyringOver(kyselyStore(db)).keyring.doctor()
    const reason =
      'the connection is refused: is the database running, and are its host and port right? (ECONNREFUSED).'
    expect(found).toEqual([
      { code: 'store_unavailable', severity: 'error', message: `The store does not answer: ${reason}` },
    ])
    await db.destroy()
  })
})
