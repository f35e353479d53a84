import { parseRotationRow, rotationRow, type StoredRotation, type StoreRotations } from '@keywright/core/store'
import type { Kysely, Transaction } from 'kysely'
import { sql } from 'kysely'
import type { KeyTables } from '../tables/key-tables.js'
import type { StoreContext } from './context.js'

type On = Pick<StoreContext, 'tables' | 'dialect'>

/** The schedules of keys. They are written with the changes of the keys. */
export function rotationMethods({ tables, dialect, reading }: StoreContext): StoreRotations {
  return {
    find: (keyId) => reading(({ db }) => loadRotation({ tables, dialect }, db, keyId)),

    due: (limit) =>
      reading(async ({ db }) => {
        const rows = await db
          .selectFrom(tables.api_key_rotations)
          .select('key_id')
          .where('due_at', '<=', sql<number>`(select ${dialect.now})`)
          .orderBy('due_at')
          .limit(limit)
          .execute()
        return rows.map(({ key_id }) => key_id)
      }),
  }
}

/** Reads the schedule of a key. */
export async function loadRotation(
  { tables }: On,
  db: Kysely<KeyTables>,
  keyId: string,
): Promise<StoredRotation | null> {
  const row = await db.selectFrom(tables.api_key_rotations).selectAll().where('key_id', '=', keyId).executeTakeFirst()
  return row === undefined ? null : parseRotationRow({ ...row })
}

/** Writes the schedule of a key, or removes it. */
export async function writeRotation(
  { tables, dialect }: On,
  trx: Transaction<KeyTables>,
  keyId: string,
  rotation: StoredRotation | null,
): Promise<void> {
  if (rotation === null) {
    await trx.deleteFrom(tables.api_key_rotations).where('key_id', '=', keyId).execute()
    return
  }
  const row = rotationRow(keyId, rotation)
  const { key_id: _, ...columns } = row
  await dialect
    .orChange(trx.insertInto(tables.api_key_rotations).values(row), {
      table: tables.api_key_rotations,
      keys: ['key_id'],
      changes: (_there, coming) => Object.fromEntries(Object.keys(columns).map((name) => [name, coming(name)])),
    })
    .execute()
}
