import { kyselyStore, libsqlDatabase, migrateToLatest, migrationSql } from '@keywright/kysely'
import { testKeyring } from '@keywright/testkit'
import { Kysely, SqliteDialect } from 'kysely'
import Database from 'libsql'
import { describe, expect, it } from 'vitest'
import { durableObjectStore, migrationSql as ownSql } from '../src/index.js'
import { storageOver } from './sqlite-storage.js'

describe('a database of @keywright/kysely', () => {
  it('has the same steps', () => {
    expect(ownSql()).toEqual(migrationSql({ dialect: 'sqlite' }))
    // Wrangler cuts a file into statements: it knows a trigger by BEGIN and END in capitals alone.
    const triggers = ownSql().flatMap(({ statements }) =>
      statements.filter((text) => text.startsWith('create trigger')),
    )
    expect(triggers).toHaveLength(4)
    for (const text of triggers) expect(text).toMatch(/\bBEGIN\b[^;]*;\s*END$/)
  })

  it('can be moved to Cloudflare and back: all is found, changed and chained on', async () => {
    const database = new Database(':memory:')
    const db = new Kysely<object>({ dialect: new SqliteDialect({ database: libsqlDatabase(database) }) })
    await migrateToLatest(db)
    const before = kyselyStore(db)
    const moved = durableObjectStore(storageOver(database))
    const owner = { type: 'user', id: 'ada', organizationId: 'acme' } as const
    const [there, here] = [testKeyring({ store: before }), testKeyring({ store: moved })]

    const { key, token } = await there.keyring.create({ name: 'Made before', owner, scopes: ['*'] })
    expect(await here.keyring.verify(token.reveal())).toMatchObject({ ok: true })
    expect(await moved.find(key.id)).toMatchObject({ record: (await before.find(key.id))?.record })
    expect((await here.keyring.list({ organizationId: 'acme', search: 'before' })).keys).toHaveLength(1)

    await here.keyring.update(key.id, { name: 'Renamed since' })
    await here.keyring.create({ name: 'Made since', owner, scopes: ['*'] })
    await there.keyring.disable(key.id)
    for (const { keyring } of [here, there]) {
      const names = async (search: string) =>
        (await keyring.list({ organizationId: 'acme', search })).keys.map(({ name }) => name)
      expect([await names('since'), await names('before')]).toEqual([['Made since', 'Renamed since'], []])
      expect(await keyring.audit.verify({ organizationId: 'acme' })).toMatchObject({ ok: true })
      expect(await keyring.stats({ organizationId: 'acme' })).toMatchObject({ totalCreated: 2, active: 1, disabled: 1 })
    }
  })
})
