import { sql } from 'kysely'
import { afterAll, describe, expect, it } from 'vitest'
import { keyDatabase } from '../src/dialect/key-database.js'
import { kyselyStore, migrateToLatest, migrationSql } from '../src/index.js'
import { stepNames } from '../src/migrations/steps.js'
import { newRow } from '../src/tables/columns.js'
import { dropTables, newPrefix } from './drop-tables.js'
import { connect, testedEngines } from './engines.js'
import { input, keyringOver, owner } from './keyring-over.js'

const aKey = {
  ...{ environment: 'live', preview: 'tk_live_…', name: 'ci', description: null, owner, preset: null },
  ...{ grants: { scopes: [...input.scopes], roles: [], resources: {} }, metadata: {}, expiresAt: null },
  ...{
    ipAllowList: null,
    rateLimits: null,
    budget: null,
    binding: null,
    tags: [],
    createdBy: { type: 'system', id: 'test' } as const,
    hash: '$',
  },
  ...{ previousHash: null, previousHashExpiresAt: null, lookupDigest: null, sealed: null },
}

/** A row as the version before writes it. */
function rowOfBefore(id: string, changes: object = {}): object {
  const {
    disabled_by_type: _,
    disabled_by_id: __,
    locked: ___,
    disabled_reason: ____,
    budget: _____,
    tags: ______,
    binding: _______,
    ...row
  } = newRow({ ...aKey, id }, new Date(0))
  return { ...row, ...changes }
}

for (const engine of testedEngines()) {
  const db = await connect(engine)
  if (db === null) continue // engines.test.ts says which, and fails where all must be there
  const tablePrefix = newPrefix()
  afterAll(async () => {
    await dropTables(db, tablePrefix)
    await db.destroy()
  })
  const add = (row: object) =>
    db
      .insertInto(`${tablePrefix}api_keys` as never)
      .values(row as never) // the tables are not in the host's types
      .execute()

  describe(engine.name, () => {
    it('knows of keys from before who disabled them no more, and why, and locks none of them', async () => {
      const [first] = migrationSql({ dialect: keyDatabase(db, {}).dialect.name, tablePrefix })
      for (const statement of first?.statements ?? []) await sql.raw(statement).execute(db)
      await add(rowOfBefore('before', { status: 'disabled', disabled_at: 1 }))
      expect(await migrateToLatest(db, { tablePrefix })).toEqual(stepNames.slice(1))
      await add(rowOfBefore('beside')) // by a process that has not been replaced yet

      const store = kyselyStore(db, { tablePrefix })
      const { keyring } = keyringOver(store)
      const said = { disabledBy: null, disabledReason: null, locked: false, damaged: [] }
      expect((await store.find('before'))?.record).toMatchObject({ ...said, status: 'disabled' })
      expect((await store.find('beside'))?.record).toMatchObject({ ...said, status: 'active' })
      const actor = { type: 'user', id: owner.id } as const
      const { key } = await keyring.create(input)
      const kept = { disabledBy: { type: 'system', id: 'keyring' }, disabledReason: 'ü 🗝', locked: true }
      expect(await keyring.disable(key.id, { reason: 'ü 🗝' })).toMatchObject(kept)
      expect(await keyring.get(key.id)).toMatchObject(kept)
      const byOwner = { actor, within: { owner } }
      await expect(keyring.enable(key.id, byOwner)).rejects.toMatchObject({ code: 'key_locked' })
      expect(await keyring.enable(key.id)).toMatchObject({ disabledBy: null, disabledReason: null, locked: false })
    })
  })
}
