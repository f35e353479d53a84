import { parseRotationRow, rotationRow, type StoredRotation, type StoreRotations } from '@keywright/core/store'
import type { Database } from '../driver/database.js'
import { now } from '../sql/parts.js'
import { join, raw, type Sql, sql } from '../sql/sql.js'

/** The schedules of keys. They are written with the changes of the keys. */
export function rotationMethods(db: Database): StoreRotations {
  return {
    async find(keyId) {
      const [rows] = await db.read([selectRotation(keyId)])
      return rows?.[0] === undefined ? null : parseRotationRow(rows[0])
    },

    async due(limit) {
      const [rows = []] = await db.read([
        sql`select key_id from api_key_rotations where due_at <= (select ${now}) order by due_at limit ${limit}`,
      ])
      return rows.map(({ key_id }) => String(key_id))
    },
  }
}

/** Selects the schedule of a key. */
export function selectRotation(keyId: string): Sql {
  return sql`select * from api_key_rotations where key_id = ${keyId}`
}

/** Writes the schedule of a key, or removes it. */
export function writeRotation(keyId: string, rotation: StoredRotation | null): Sql {
  if (rotation === null) return sql`delete from api_key_rotations where key_id = ${keyId}`
  const row = rotationRow(keyId, rotation)
  const names = Object.keys(row)
  return sql`insert or replace into api_key_rotations (${raw(names.join(', '))}) values (${join(Object.values(row), ', ')})`
}
