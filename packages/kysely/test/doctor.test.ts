import { describe, expect, it } from 'vitest'
import { kyselyStore, migrateToLatest } from '../src/index.js'
import { input } from './keyring-over.js'
import { type Secrets, securedKeyring } from './secured-keyring.js'
import { sqliteFile } from './sqlite-file.js'

async function opened(options: { readonly tablePrefix?: string } = {}) {
  const { db, raw } = sqliteFile().open()
  await migrateToLatest(db, options)
  const over = (secrets: Secrets = {}) => securedKeyring(kyselyStore(db, options), secrets)
  const codes = async (secrets: Secrets = {}) => (await over(secrets).doctor()).map(({ code }) => code)
  return { db, raw, over, codes }
}

describe.each([{}, { tablePrefix: 'auth_' }])('doctor, with tables %o', (options) => {
  it('finds nothing in a healthy database', async () => {
    const { over, codes } = await opened(options)
    expect(await codes()).toEqual([])
    const keyring = over()
    const { key } = await keyring.create(input)
    await keyring.delete((await keyring.create(input)).key.id)
    await keyring.revoke((await keyring.create(input)).key.id)
    await keyring.rotate(key.id)
    expect(await codes()).toEqual([])
    expect(await codes({ pepperIds: ['p2', 'p1'], sealKeyIds: ['k2', 'k1'] })).toEqual([])
  })

  it('finds a missing pepper or seal key that keys still need (HASH-5, ENC-4)', async () => {
    const { over, codes } = await opened(options)
    await over().create(input)
    expect(await codes({ pepperIds: ['p2'] })).toEqual(['unreadable_hashes'])
    expect(await codes({ sealKeyIds: ['k2'] })).toEqual(['unreadable_seals'])
    await over({ sealKeyIds: ['k2', 'k1'] }).rewrap()
    expect(await codes({ sealKeyIds: ['k2'] })).toEqual([])
  })

  it('finds a missing pepper that a token in grace needs, and ignores one that only a superseded token needs', async () => {
    const { over, codes } = await opened(options)
    const old = await over().create(input)
    const both = over({ pepperIds: ['p2', 'p1'] })
    await both.rotate(old.key.id)
    expect(await codes({ pepperIds: ['p2'] })).toEqual([])
    const other = await over().create(input)
    await both.rotate(other.key.id, { graceMs: 60_000 })
    expect(await codes({ pepperIds: ['p2'] })).toEqual(['unreadable_hashes'])
  })

  const migrations = `${options.tablePrefix ?? ''}api_key_migrations`

  it.each([
    ['was never made', `drop table ${migrations}`, /not there\. Run migrateToLatest/],
    ['is half made', `delete from ${migrations}`, /lack 0001-create-key-tables, .*\. Run migrateToLatest/],
    ['is newer', `insert into ${migrations} values ('0099-later', '')`, /newer version: .* 0099-later/],
  ])('reports a schema that %s, and changes nothing (FI-26)', async (_how, statement, message) => {
    const { raw, over } = await opened(options)
    raw.exec(statement)
    const schema = () => raw.prepare('select name, sql from sqlite_master order by name').all()
    const before = schema()
    expect(await over().doctor()).toEqual([
      { code: 'schema', severity: 'error', message: expect.stringMatching(message) },
    ])
    expect(schema()).toEqual(before)
  })

  it('reports a store that is down, and does not throw', async () => {
    const { raw, codes } = await opened(options)
    raw.exec(`alter table ${options.tablePrefix ?? ''}api_keys rename to gone`)
    expect(await codes()).toEqual(['store_unavailable'])
    raw.close()
    expect(await codes()).toEqual(['store_unavailable'])
  })
})
