import { type AuditDraft, isKeyError, RequestRepeated } from '@keywright/core'
import type { ChainHead, DecisionContext, KeyQuery, KeyStore, KeyUse, Once, QuotaScope } from '@keywright/core/store'
import { auditEvent, emptyChain, firstRecentHour, linkAudit, organizationOf } from '@keywright/core/store'
import { type ExpressionBuilder, type Kysely, type RawBuilder, sql, type Transaction } from 'kysely'
import { readAuditRow } from './audit-row.js'
import { changedColumns, newRow, readRow } from './columns.js'
import { dialectOf } from './dialect.js'
import { keyReader } from './key-reader.js'
import type { KyselyLike } from './kysely-like.js'
import { retryWhenBusy } from './retry-when-busy.js'
import { runTransaction } from './run-transaction.js'
import { findSchemaProblem, requireSchema } from './schema-version.js'
import { type TableOptions, tableNames } from './table-names.js'
import type { KeyTables } from './tables.js'

/**
 * Keeps keys in the SQL database behind `db`: SQLite through `libsql` or another driver of Kysely's `SqliteDialect`.
 *
 * The client is the caller's: this neither connects, nor migrates (see `migrateToLatest`), nor closes it.
 *
 * Where several processes share one SQLite file: put it in WAL mode, give the driver a busy timeout of some seconds, open it
 * once in each process, and wrap libsql's database in {@link libsqlDatabase}. A change that still meets another writer is
 * tried again three times, and then fails with nothing changed.
 *
 * @throws TypeError at start-up for a dialect that is not known.
 */
export function kyselyStore(db: KyselyLike, options: TableOptions = {}): KeyStore {
  // The host's own plugins, such as one that renames columns, are for the host's own tables.
  const keyDb = db.withoutPlugins() as unknown as Kysely<KeyTables>
  const tables = tableNames(options)
  const dialect = dialectOf(keyDb)
  const { now, isBusy, isolationLevel, orKeep, orAdd } = dialect

  const ready = requireSchema(keyDb, options)
  const reader = keyReader(keyDb, tables.api_keys, dialect.lookupBy)

  /** Runs `work` in one short transaction that, from its first statement on, holds the write lock it needs. */
  const transaction = <T>(work: (trx: Transaction<KeyTables>) => Promise<T>): Promise<T> =>
    ready().then(() => retryWhenBusy(isBusy, () => runTransaction(keyDb, { isolationLevel, isBusy }, work)))

  const lockOrganization = async (
    trx: Transaction<KeyTables>,
    organizationId: string,
  ): Promise<{ head: ChainHead; created: number; now: Date }> => {
    const fresh = { organization_id: organizationId, created: 0, audit_seq: 0, audit_hash: emptyChain.hash, touched: 0 }
    await orKeep(trx.insertInto(tables.api_key_counters).values(fresh), 'organization_id').execute()
    // A write that says nothing takes the row's lock, on every engine.
    await trx
      .updateTable(tables.api_key_counters)
      .set((eb) => ({ touched: eb('touched', '+', 1) }))
      .where('organization_id', '=', organizationId)
      .execute()
    const row = await trx
      .selectFrom(tables.api_key_counters)
      .select(['created', 'audit_seq', 'audit_hash', now.as('now')])
      .where('organization_id', '=', organizationId)
      .executeTakeFirstOrThrow()
    return {
      head: { seq: Number(row.audit_seq), hash: row.audit_hash },
      created: Number(row.created),
      now: new Date(Number(row.now)),
    }
  }

  const appendAudit = async (
    trx: Transaction<KeyTables>,
    organizationId: string,
    head: ChainHead,
    created: number,
    drafts: readonly AuditDraft[],
    at: Date,
    auditKey: Uint8Array | undefined,
  ): Promise<void> => {
    const records = linkAudit(head, organizationId, drafts, at, auditKey)
    const last = records.at(-1) ?? head
    const rows = records.map((record) => ({
      organization_id: organizationId,
      seq: record.seq,
      key_id: record.keyId,
      type: record.type,
      actor_type: record.actor.type,
      actor_id: record.actor.id,
      at: at.getTime(),
      event: JSON.stringify(auditEvent(record)),
      hash: record.hash,
    }))
    if (rows.length > 0) await trx.insertInto(tables.api_key_audit).values(rows).execute()
    await trx
      .updateTable(tables.api_key_counters)
      .set({ created, audit_seq: last.seq, audit_hash: last.hash })
      .where('organization_id', '=', organizationId)
      .execute()
  }

  const countUsed = async (
    trx: Transaction<KeyTables>,
    quota: QuotaScope | null,
    except: string,
    at: Date,
  ): Promise<number> => {
    if (quota === null) return 0
    const organizationId = 'owner' in quota ? organizationOf(quota.owner) : quota.organizationId
    let query = trx
      .selectFrom(tables.api_keys)
      .select(({ fn }) => fn.countAll<number>().as('used'))
      .where('organization_id', '=', organizationId)
      .where('id', '!=', except)
      .where('status', 'in', ['active', 'disabled'])
      .where(({ eb, or }) => or([eb('expires_at', 'is', null), eb('expires_at', '>', at.getTime())]))
    if ('owner' in quota)
      query = query.where('owner_type', '=', quota.owner.type).where('owner_id', '=', quota.owner.id)
    const { used } = await query.executeTakeFirstOrThrow()
    return Number(used)
  }

  const isTaken = async (id: string, digest: string | null): Promise<boolean> => {
    const row = await keyDb
      .selectFrom(tables.api_keys)
      .select('id')
      .where(({ eb, or }) => or([eb('id', '=', id), ...(digest === null ? [] : [eb('lookup_digest', '=', digest)])]))
      .executeTakeFirst()
    return row !== undefined
  }

  /** Takes note of a batch; of two at once, the second waits here for the first, and finds that it is not its own. */
  const claimBatch = async (trx: Transaction<KeyTables>, id: string): Promise<{ isNew: boolean; now: Date }> => {
    const claim = crypto.randomUUID()
    await orKeep(trx.insertInto(tables.api_key_usage_batches).values({ id, at: now, claim }), 'id').execute()
    const row = await trx
      .selectFrom(tables.api_key_usage_batches)
      .select(['claim', 'at'])
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    return { isNew: row.claim === claim, now: new Date(Number(row.at)) }
  }

  /** Takes note of a request that must happen once; of two at once, the second waits here for the first. */
  const claimRequest = async (
    trx: Transaction<KeyTables>,
    once: Once | undefined,
    keyId: string,
    at: Date,
  ): Promise<void> => {
    if (once === undefined) return
    const claim = crypto.randomUUID()
    await trx
      .deleteFrom(tables.api_key_requests)
      .where('at', '<', at.getTime() - requestMemoryMs)
      .execute()
    const request = { ...once, key_id: keyId, claim, at: at.getTime() }
    await orKeep(trx.insertInto(tables.api_key_requests).values(request), 'id').execute()
    const row = await trx
      .selectFrom(tables.api_key_requests)
      .selectAll()
      .where('id', '=', once.id)
      .executeTakeFirstOrThrow()
    if (row.claim === claim) return
    const isSame = row.fingerprint === once.fingerprint
    throw new RequestRepeated({ keyId: row.key_id, isSame, at: new Date(Number(row.at)), now: at })
  }

  const store: KeyStore = {
    async find(id) {
      await ready()
      return reader.find(id)
    },

    async findByLookupDigest(digests) {
      await ready()
      return reader.findByLookupDigest(digests)
    },

    async now() {
      const { rows } = await sql<{ now: number }>`select ${now} as now`.execute(keyDb)
      return new Date(Number(rows[0]?.now))
    },

    async insert({ id, organizationId, quota, auditKey, once, decide }) {
      let digest: string | null = null
      try {
        return await transaction(async (trx) => {
          const { head, created, now: at } = await lockOrganization(trx, organizationId)
          await claimRequest(trx, once, id, at)
          const context: DecisionContext = { now: at, used: await countUsed(trx, quota, id, at) }
          const { write, audit } = decide(context)
          digest = write.lookupDigest
          const row = newRow(write, at)
          await trx.insertInto(tables.api_keys).values(row).execute()
          await appendAudit(trx, organizationId, head, created + 1, audit, at, auditKey)
          return readRow(row)
        })
      } catch (error) {
        // A refusal of our own; or the id may be taken by this very insert: to try again with another would make two keys
        // (FI-9).
        if (isKeyError(error)) throw error
        // Asked afterwards, since engines name a broken constraint in ways of their own.
        if (await isTaken(id, digest).catch(() => false)) return null
        throw error
      }
    },

    async change(id, { quota, auditKey, once, decide }) {
      return transaction(async (trx) => {
        // A write that changes nothing takes the key's lock, on every engine, before the row is read.
        const { numUpdatedRows } = await trx
          .updateTable(tables.api_keys)
          .set((eb) => ({ version: eb.ref('version') }))
          .where('id', '=', id)
          .executeTakeFirst()
        if (numUpdatedRows === 0n) return null
        const row = await trx.selectFrom(tables.api_keys).selectAll().where('id', '=', id).executeTakeFirstOrThrow()
        const { head, created, now: at } = await lockOrganization(trx, row.organization_id)
        await claimRequest(trx, once, id, at)
        const decision = decide(readRow(row), { now: at, used: await countUsed(trx, quota, id, at) })
        if (decision === null) {
          if (once !== undefined) await trx.deleteFrom(tables.api_key_requests).where('id', '=', once.id).execute()
          return { record: readRow(row), now: at }
        }
        let changed = row
        if (Object.keys(decision.write).length > 0) {
          const columns = { ...changedColumns(decision.write), updated_at: at.getTime(), version: row.version + 1 }
          await trx.updateTable(tables.api_keys).set(columns).where('id', '=', id).execute()
          changed = { ...row, ...columns } as typeof row // changedColumns has only columns that it gives a value
        }
        await appendAudit(trx, row.organization_id, head, created, decision.audit, at, auditKey)
        return { record: readRow(changed), now: at }
      })
    },

    async replaceHash(id, from, to) {
      const replace = keyDb
        .updateTable(tables.api_keys)
        .set({ hash: to.hash, lookup_digest: to.lookupDigest })
        .where('id', '=', id)
        .where('hash', '=', from.hash)
        .where('lookup_digest', from.lookupDigest === null ? 'is' : '=', from.lookupDigest)
      const { numUpdatedRows } = await retryWhenBusy(isBusy, () => replace.executeTakeFirst())
      return numUpdatedRows > 0n
    },

    async list(query) {
      await ready()
      const rows = await keyDb
        .selectFrom(tables.api_keys)
        .selectAll()
        .select(now.as('now'))
        .where((eb) => eb.and(listed(eb, query, now)))
        .orderBy('created_at', query.order ?? 'desc')
        .orderBy('id', query.order ?? 'desc')
        .limit(query.limit)
        .execute()
      const [first] = rows
      return {
        records: rows.map((row) => readRow(row)),
        now: first === undefined ? new Date() : new Date(Number(first.now)),
      }
    },

    async listAudit({ organizationId, keyId, type, actor, from, to, order, after, limit }) {
      let query = keyDb.selectFrom(tables.api_key_audit).selectAll().where('organization_id', '=', organizationId)
      if (keyId !== undefined) query = query.where('key_id', '=', keyId)
      if (type !== undefined) query = query.where('type', '=', type)
      if (actor !== undefined) query = query.where('actor_type', '=', actor.type).where('actor_id', '=', actor.id)
      if (from !== undefined) query = query.where('at', '>=', from.getTime())
      if (to !== undefined) query = query.where('at', '<', to.getTime())
      if (after !== undefined) query = query.where('seq', order === 'asc' ? '>' : '<', after)
      const rows = await query.orderBy('seq', order).limit(limit).execute()
      return rows.map(readAuditRow)
    },

    async appendAudit(organizationId, drafts, auditKey) {
      await transaction(async (trx) => {
        const { head, created, now: at } = await lockOrganization(trx, organizationId)
        await appendAudit(trx, organizationId, head, created, drafts, at, auditKey)
      })
    },

    async auditHead(organizationId) {
      const row = await keyDb
        .selectFrom(tables.api_key_counters)
        .select(['audit_seq', 'audit_hash'])
        .where('organization_id', '=', organizationId)
        .executeTakeFirst()
      return row === undefined ? emptyChain : { seq: Number(row.audit_seq), hash: row.audit_hash }
    },

    async recordUse(batchId, uses) {
      await transaction(async (trx) => {
        const { isNew, now: at } = await claimBatch(trx, batchId)
        if (!isNew) return
        // In one order everywhere, so that two batches never wait for each other in a circle.
        for (const use of [...uses].sort(byKeyAndHour)) {
          const row = {
            organization_id: use.organizationId,
            key_id: use.keyId,
            hour: use.hour.getTime(),
            count: use.count,
          }
          await orAdd(trx.insertInto(tables.api_key_usage).values(row), {
            table: tables.api_key_usage,
            keys: ['organization_id', 'key_id', 'hour'],
            column: 'count',
            amount: use.count,
          }).execute()
          await trx
            .updateTable(tables.api_keys)
            .set({ last_used_at: use.lastUsedAt.getTime() })
            .where('id', '=', use.keyId)
            .where(({ eb, or }) =>
              or([eb('last_used_at', 'is', null), eb('last_used_at', '<', use.lastUsedAt.getTime())]),
            )
            .execute()
        }
        await trx
          .deleteFrom(tables.api_key_usage_batches)
          .where('at', '<', at.getTime() - batchMemoryMs)
          .execute()
      })
    },

    async listUse({ organizationId, keyId, from, to }) {
      let query = keyDb
        .selectFrom(tables.api_key_usage)
        .select(({ fn }) => ['hour', fn.sum<number>('count').as('count')])
        .where('organization_id', '=', organizationId)
        .where('hour', '>=', from.getTime())
        .where('hour', '<', to.getTime())
      if (keyId !== undefined) query = query.where('key_id', '=', keyId)
      const rows = await query.groupBy('hour').orderBy('hour').execute()
      return rows.map(({ hour, count }) => ({ hour: new Date(Number(hour)), count: Number(count) }))
    },

    async stats(organizationId) {
      const isLive = sql<number>`expires_at is null or expires_at > ${now}`
      const countOf = (condition: RawBuilder<unknown>) => sql<number>`sum(case when ${condition} then 1 else 0 end)`
      const counted = await keyDb
        .selectFrom(tables.api_keys)
        .select(({ fn }) => [
          countOf(sql`status = 'active' and (${isLive})`).as('active'),
          countOf(sql`status = 'active' and not (${isLive})`).as('expired'),
          countOf(sql`status = 'disabled'`).as('disabled'),
          countOf(sql`status = 'revoked'`).as('revoked'),
          fn.max('last_used_at').as('last_used_at'),
          now.as('now'),
        ])
        .where('organization_id', '=', organizationId)
        .executeTakeFirstOrThrow()
      const created = await keyDb
        .selectFrom(tables.api_key_counters)
        .select('created')
        .where('organization_id', '=', organizationId)
        .executeTakeFirst()
      const uses = await keyDb
        .selectFrom(tables.api_key_usage)
        .select(({ fn }) => fn.sum<number>('count').as('count'))
        .where('organization_id', '=', organizationId)
        .where('hour', '>=', firstRecentHour(new Date(Number(counted.now))).getTime())
        .executeTakeFirst()
      return {
        created: Number(created?.created ?? 0),
        active: Number(counted.active ?? 0),
        disabled: Number(counted.disabled ?? 0),
        expired: Number(counted.expired ?? 0),
        revoked: Number(counted.revoked ?? 0),
        recentUses: Number(uses?.count ?? 0),
        lastUsedAt: counted.last_used_at === null ? null : new Date(Number(counted.last_used_at)),
      }
    },

    async inspect({ hashes, seals }) {
      const schemaProblem = await findSchemaProblem(keyDb, options)
      if (schemaProblem !== null) {
        return { now: await store.now(), schemaProblem, unreadableHashes: 0, unreadableSeals: 0 }
      }
      const unreadable = (column: 'hash' | 'previous_hash' | 'sealed', prefixes: readonly string[]) => {
        // Not LIKE, which ignores case on some engines.
        const known = prefixes.map(
          (prefix) => sql<boolean>`substr(${sql.ref(column)}, 1, ${prefix.length}) = ${prefix}`,
        )
        const isKnown = known.length === 0 ? sql`1 = 0` : sql.join(known, sql` or `)
        return sql<boolean>`(${sql.ref(column)} is not null and not (${isKnown}))`
      }
      const countOf = (condition: RawBuilder<boolean>) => sql<number>`sum(case when ${condition} then 1 else 0 end)`
      const inGrace = sql<boolean>`previous_hash_expires_at > ${now}`
      const hash = sql<boolean>`${unreadable('hash', hashes)} or (${inGrace} and ${unreadable('previous_hash', hashes)})`
      const row = await keyDb
        .selectFrom(tables.api_keys)
        .select([countOf(hash).as('hashes'), countOf(unreadable('sealed', seals)).as('seals')])
        .executeTakeFirstOrThrow()
      return {
        now: await store.now(),
        schemaProblem: null,
        unreadableHashes: Number(row.hashes ?? 0),
        unreadableSeals: Number(row.seals ?? 0),
      }
    },
  }
  return store
}

/** For how long a request is recognised when it comes again. */
const requestMemoryMs = 86_400_000

/** For how long a batch of uses is recognised when it is sent again: far longer than a process tries. */
const batchMemoryMs = 86_400_000

function byKeyAndHour(a: KeyUse, b: KeyUse): number {
  return a.keyId < b.keyId ? -1 : a.keyId > b.keyId ? 1 : a.hour.getTime() - b.hour.getTime()
}

function listed(eb: ExpressionBuilder<KeyTables, 'api_keys'>, query: KeyQuery, now: ReturnType<typeof sql<number>>) {
  const { organizationId, owner, status, after, order = 'desc' } = query
  const conditions = [eb('status', '!=', 'deleted')]
  if (organizationId !== undefined) conditions.push(eb('organization_id', '=', organizationId))
  if (owner !== undefined) {
    conditions.push(
      eb('organization_id', '=', organizationOf(owner)),
      eb('owner_type', '=', owner.type),
      eb('owner_id', '=', owner.id),
    )
  }
  if (status !== undefined) conditions.push(eb('status', '=', status === 'expired' ? 'active' : status))
  if (status === 'expired') conditions.push(eb('expires_at', '<=', now))
  if (status === 'active') conditions.push(eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]))
  if (after !== undefined) {
    const at = after.createdAt.getTime()
    // The first condition is the one that the index can seek to; row values would say the same, but MySQL scans for them.
    const [beyond, from] = order === 'desc' ? (['<', '<='] as const) : (['>', '>='] as const)
    conditions.push(eb('created_at', from, at), eb.or([eb('created_at', beyond, at), eb('id', beyond, after.id)]))
  }
  return conditions
}
