import { instantOf, type KnownPrefixes, type StoreInspection, sumOf } from '@keywright/core/store'
import type { Database } from '../driver/database.js'
import { loadSchemaProblem } from '../migrations/schema.js'
import { list, now } from '../sql/parts.js'
import { type Sql, sql } from '../sql/sql.js'

/** How many keys are looked at. Ids are random, so the first ones by id are a sample of all. */
const sampledKeys = 20_000

/** Checks the schema, and counts the hashes and seals that no known pepper or seal key can read. */
export async function inspect(db: Database, { hashes, seals }: KnownPrefixes): Promise<StoreInspection> {
  const schemaProblem = await loadSchemaProblem(db)
  const clock = sql`select ${now} as now`
  const inGrace = sql`previous_hash_expires_at > ${now}`
  const badHash = sql`${unreadable(sql`hash`, hashes)} or (${inGrace} and ${unreadable(sql`previous_hash`, hashes)})`
  const count = sql`select sum(${badHash}) as hashes, sum(${unreadable(sql`sealed`, seals)}) as seals, count(*) as keys,
    sum(case when tags is null then listed else tagged end <> version) as unlisted
    from (select * from api_keys order by id limit ${sampledKeys})`
  const audit = sql`select 1 from api_key_migrations where timestamp = 'without triggers'`
  const [times, counts, untriggered] = await db.read(schemaProblem === null ? [clock, count, audit] : [clock])
  const of = counts?.[0]
  return {
    now: instantOf(times?.[0]?.now, 'now'),
    schemaProblem,
    unlistedKeys: sumOf(of?.unlisted, 'listed') === 0 ? null : unlistedMessage,
    auditExposure: untriggered?.length === 1 ? untriggeredMessage : null,
    unreadableHashes: sumOf(of?.hashes, 'hash'),
    unreadableSeals: sumOf(of?.seals, 'sealed'),
    sampledKeys: sumOf(of?.keys, 'keys') < sampledKeys ? null : sampledKeys,
  }
}

const unlistedMessage =
  'Lists by name, by last use, by tag and by search do not find all keys: run migrateToLatest(db) of @keywright/kysely, which made them.'

const untriggeredMessage =
  'The audit table was made without triggers, so it refuses neither updates nor deletions. Keep checkpoints elsewhere.'

/** By its first characters: LIKE ignores case. */
function unreadable(column: Sql, prefixes: readonly string[]): Sql {
  return sql`(${column} is not null and not exists (select 1 from ${list(prefixes)} as p
    where substr(${column}, 1, length(p.value)) = p.value))`
}
