import type { KnownPrefixes, StoreInspection } from '@keywright/core/store'
import { type RawBuilder, sql } from 'kysely'
import { untriggered } from '../migrations/migration-options.js'
import { auditStep } from '../migrations/steps.js'
import { sumOf } from '../tables/whole-number.js'
import type { StoreContext } from './context.js'
import { countOf } from './count-of.js'

/** How many keys are looked at. Ids are random, so the first ones by id are a sample of all. */
const sampledKeys = 20_000

/** Counts the hashes and seals that no known pepper or seal key can read, among all keys or a sample of them. */
export async function countUnreadable(
  { db, tables, dialect }: StoreContext,
  { hashes, seals }: KnownPrefixes,
): Promise<Pick<StoreInspection, 'unreadableHashes' | 'unreadableSeals' | 'sampledKeys'>> {
  const inGrace = sql<boolean>`previous_hash_expires_at > ${dialect.now}`
  const hash = sql<boolean>`${unreadable('hash', hashes)} or (${inGrace} and ${unreadable('previous_hash', hashes)})`
  const sample = db
    .selectFrom(tables.api_keys)
    .select(['hash', 'previous_hash', 'previous_hash_expires_at', 'sealed'])
    .orderBy('id')
    .limit(sampledKeys)
  const row = await db
    .selectFrom(sample.as('sample'))
    .select(({ fn }) => [
      countOf(hash).as('hashes'),
      countOf(unreadable('sealed', seals)).as('seals'),
      fn.countAll().as('keys'),
    ])
    .executeTakeFirstOrThrow()
  return {
    unreadableHashes: sumOf(row.hashes, 'hash'),
    unreadableSeals: sumOf(row.seals, 'sealed'),
    sampledKeys: sumOf(row.keys, 'keys') < sampledKeys ? null : sampledKeys,
  }
}

/** Whether the audit table was made without triggers. */
export async function isUntriggered({ db, tables }: StoreContext): Promise<boolean> {
  const row = await db
    .selectFrom(tables.api_key_migrations)
    .select('timestamp')
    .where('name', '=', auditStep)
    .executeTakeFirst()
  return row?.timestamp === untriggered
}

function unreadable(column: 'hash' | 'previous_hash' | 'sealed', prefixes: readonly string[]): RawBuilder<boolean> {
  // Not LIKE, which ignores case on some engines.
  const known = prefixes.map((prefix) => sql<boolean>`substr(${sql.ref(column)}, 1, ${prefix.length}) = ${prefix}`)
  const isKnown = known.length === 0 ? sql`1 = 0` : sql.join(known, sql` or `)
  return sql<boolean>`(${sql.ref(column)} is not null and not (${isKnown}))`
}
