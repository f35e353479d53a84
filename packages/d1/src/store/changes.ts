import type { KeyRecord } from '@keywright/core'
import {
  changedColumns,
  type Decision,
  type Found,
  type KeyChanges,
  type KeyStore,
  newRow,
  parseRotationRow,
  parseRow,
  sortName,
  termsOf,
} from '@keywright/core/store'
import type { Database, Plan, Row } from '../driver/database.js'
import { insertRow, list, previousUsedAt, usedAt } from '../sql/parts.js'
import { join, raw, type Sql, sql, type Value } from '../sql/sql.js'
import { advance } from './advance.js'
import { selectRotation, writeRotation } from './rotations.js'
import { type Asked, readSituation, type Situation, selectSituation } from './situation.js'

/** New keys and changed ones, each with its audit record. */
export function changeMethods(db: Database): Pick<KeyStore, 'insert' | 'change' | 'replaceHash'> {
  return {
    async insert({ id, organizationId, decide, ...asked }) {
      let digest: string | null = null
      const insert = db.change([selectSituation(organizationId, id, asked)], ([rows]): Plan<KeyRecord> => {
        const situation = readSituation(rows?.[0], organizationId, asked)
        const { write, audit } = decide(situation)
        digest = write.lookupDigest
        const row = newRow(write, situation.now)
        const record = parseRow(row)
        const writes = [
          ...advance(situation, asked, { keyId: id, audit, created: 1 }),
          insertRow('api_keys', { ...row, ...listedColumns(row) }),
          insertTerms(record, organizationId),
          sql`insert into api_key_last_uses (key_id, organization_id, last_used_at)
            values (${id}, ${organizationId}, 0) on conflict do nothing`,
        ]
        return { writes, result: record }
      })
      return insert.catch(async (error: unknown) => {
        // Asked only now: nothing was written, and most ids are free.
        if (isConstraint(error) && (await isTaken(db, id, digest))) return null
        throw error
      })
    },

    change(id, { decide, withRotation = false, ...asked }) {
      const key = sql`select k.*, hex(k.hash) as hash_bytes, ${usedAt} as used_at, ${previousUsedAt} as previous_used_at from api_keys as k where k.id = ${id}`
      const organization = sql`(select organization_id from api_keys where id = ${id})`
      const reads = [key, selectSituation(organization, id, asked), ...(withRotation ? [selectRotation(id)] : [])]
      return db.change(reads, ([keys, rows, rotations]): Plan<Found | null> => {
        const row = keys?.[0]
        if (row === undefined) return { writes: [], result: null }
        const record = parseRow(row)
        const situation = readSituation(rows?.[0], String(row.organization_id), asked)
        const schedule = rotations?.[0]
        const rotation = schedule === undefined ? null : parseRotationRow(schedule)
        const decision = decide(record, withRotation ? { ...situation, rotation } : situation)
        if (decision === null) return { writes: [], result: { record, now: situation.now } }
        const plan = planChange({ row, record, situation, asked, decision })
        if (!withRotation || decision.rotation === undefined) return plan
        return { ...plan, writes: [...plan.writes, writeRotation(id, decision.rotation)] }
      })
    },

    async replaceHash(id, from, to) {
      const [rows] = await db.write([
        sql`update api_keys set hash = ${to.hash}, lookup_digest = ${to.lookupDigest}
          where id = ${id} and hash = ${from.hash} and lookup_digest is ${from.lookupDigest} returning id`,
      ])
      return rows?.length === 1
    },
  }
}

interface Change {
  readonly row: Row
  readonly record: KeyRecord
  readonly situation: Situation
  readonly asked: Asked
  readonly decision: Decision<KeyChanges>
}

function planChange({ row, record, situation, asked, decision: { write, audit } }: Change): Plan<Found> {
  const { organizationId, now } = situation
  const { id, version } = record
  // Verifications replace a hash without a trace in the organization. Its bytes, since a damaged one may be no text.
  const guard = sql`(select hex(hash) from api_keys where id = ${id}) = ${String(row.hash_bytes)}`
  const first = advance(situation, asked, { keyId: id, audit, created: 0, guard })
  if (Object.keys(write).length === 0) return { writes: first, result: { record, now } }
  const columns = { ...changedColumns(write), updated_at: now.getTime(), version: version + 1 }
  const after = parseRow({ ...row, ...columns })
  // A process of the version before tells lists of a change without the tags of the key.
  const isListed = (row.tags === null ? row.listed : row.tagged) === version && isListedAlike(record, after)
  const lists = isListed
    ? []
    : [sql`delete from api_key_terms where key_id = ${id}`, insertTerms(after, organizationId)]
  const writes = [...first, updateKey(id, { ...columns, ...listedColumns(after) }), ...lists]
  return { writes, result: { record: after, now } }
}

function updateKey(id: string, columns: Readonly<Record<string, Value>>): Sql {
  const sets = Object.entries(columns).map(([name, value]) => sql`${raw(name)} = ${value}`)
  return sql`update api_keys set ${join(sets, ', ')} where id = ${id}`
}

/** The columns of a key that only lists read. */
function listedColumns({ name, version }: Pick<KeyRecord, 'name' | 'version'>) {
  return { sort_name: sortName(name), listed: version, tagged: version }
}

function insertTerms(record: KeyRecord, organizationId: string): Sql {
  // Two that differ in what JSON cannot carry are one.
  return sql`insert or ignore into api_key_terms (organization_id, kind, term, key_id)
    select ${organizationId}, value ->> 'kind', value ->> 'term', ${record.id} from ${list(termsOf(record))}`
}

/** Whether lists find two states of a key by the same terms, and in the same place by name. */
function isListedAlike(a: KeyRecord, b: KeyRecord): boolean {
  return sortName(a.name) === sortName(b.name) && JSON.stringify(termsOf(a)) === JSON.stringify(termsOf(b))
}

function isConstraint(error: unknown): boolean {
  return error instanceof Error && error.message.includes('constraint failed')
}

async function isTaken(db: Database, id: string, digest: string | null): Promise<boolean> {
  const [rows] = await db.read([sql`select 1 from api_keys where id = ${id} or lookup_digest = ${digest}`])
  return rows?.length !== 0
}
