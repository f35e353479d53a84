import type { AuditDraft, AuditRecord } from '@keywright/core'
import type { ChainHead, DecisionContext, Found, KeyQuery, KeyStore, QuotaScope } from '@keywright/core/store'
import { auditEvent, emptyChain, linkAudit, organizationOf } from '@keywright/core/store'
import { type CompiledQuery, type ExpressionBuilder, type Kysely, type Selectable, sql, type Transaction } from 'kysely'
import { readAuditRow } from './audit-row.js'
import { changedColumns, newRow, readRow } from './columns.js'
import { dialectOf } from './dialect.js'
import { retryWhenBusy } from './retry-when-busy.js'
import { type TableOptions, tableNames } from './table-names.js'
import type { KeyTable, KeyTables } from './tables.js'

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
  const { now, isBusy } = dialectOf(keyDb)

  // Compiled once: building the statement costs more than running it.
  const findById = keyDb.selectFrom(tables.api_keys).selectAll().select(now.as('now')).where('id', '=', '').compile()

  /** Runs `work` in one short transaction that, from its first statement on, holds the write lock it needs. */
  const transaction = <T>(work: (trx: Transaction<KeyTables>) => Promise<T>): Promise<T> =>
    retryWhenBusy(isBusy, () => keyDb.transaction().execute(work))

  const lockOrganization = async (
    trx: Transaction<KeyTables>,
    organizationId: string,
  ): Promise<{ head: ChainHead; created: number; now: Date }> => {
    await trx
      .insertInto(tables.api_key_counters)
      .values({ organization_id: organizationId, created: 0, audit_seq: 0, audit_hash: emptyChain.hash, touched: 0 })
      .onConflict((conflict) => conflict.column('organization_id').doUpdateSet({ touched: 1 }))
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
  ): Promise<void> => {
    const records = linkAudit(head, organizationId, drafts, at)
    const last = records.at(-1)
    if (last === undefined) return
    const rows = records.map((record) => ({
      organization_id: organizationId,
      seq: record.seq,
      key_id: record.keyId,
      type: record.type,
      at: at.getTime(),
      event: JSON.stringify(auditEvent(record)),
      hash: record.hash,
    }))
    await trx.insertInto(tables.api_key_audit).values(rows).execute()
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

  return {
    async find(id) {
      const { rows } = await keyDb.executeQuery(withParameter(findById, id))
      return foundIn(rows[0])
    },

    async findByLookupDigest(digests) {
      if (digests.length === 0) return null
      const row = await keyDb
        .selectFrom(tables.api_keys)
        .selectAll()
        .select(now.as('now'))
        .where('lookup_digest', 'in', digests)
        .executeTakeFirst()
      return foundIn(row)
    },

    async now() {
      const { rows } = await sql<{ now: number }>`select ${now} as now`.execute(keyDb)
      return new Date(Number(rows[0]?.now))
    },

    async insert({ id, organizationId, quota, decide }) {
      let digest: string | null = null
      try {
        return await transaction(async (trx) => {
          const { head, created, now: at } = await lockOrganization(trx, organizationId)
          const context: DecisionContext = { now: at, used: await countUsed(trx, quota, id, at) }
          const { write, audit } = decide(context)
          digest = write.lookupDigest
          const row = newRow(write, at)
          await trx.insertInto(tables.api_keys).values(row).execute()
          await appendAudit(trx, organizationId, head, created + 1, audit, at)
          return readRow(row)
        })
      } catch (error) {
        // Asked afterwards, since engines name a broken constraint in ways of their own.
        if (await isTaken(id, digest).catch(() => false)) return null
        throw error
      }
    },

    async change(id, { quota, decide }) {
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
        const decision = decide(readRow(row), { now: at, used: await countUsed(trx, quota, id, at) })
        if (decision === null) return { record: readRow(row), now: at }
        const columns = { ...changedColumns(decision.write), updated_at: at.getTime(), version: row.version + 1 }
        await trx.updateTable(tables.api_keys).set(columns).where('id', '=', id).execute()
        await appendAudit(trx, row.organization_id, head, created, decision.audit, at)
        return { record: readRow({ ...row, ...columns }), now: at }
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
      const rows = await keyDb
        .selectFrom(tables.api_keys)
        .selectAll()
        .select(now.as('now'))
        .where((eb) => eb.and(listed(eb, query, now)))
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(query.limit)
        .execute()
      const [first] = rows
      return { records: rows.map(readRow), now: first === undefined ? new Date() : new Date(Number(first.now)) }
    },

    async listAudit({ organizationId, keyId, afterSeq, limit }): Promise<readonly AuditRecord[]> {
      let query = keyDb
        .selectFrom(tables.api_key_audit)
        .selectAll()
        .where('organization_id', '=', organizationId)
        .where('seq', '>', afterSeq)
      if (keyId !== undefined) query = query.where('key_id', '=', keyId)
      const rows = await query.orderBy('seq').limit(limit).execute()
      return rows.map(readAuditRow)
    },
  }
}

/** A Kysely instance over any schema: the store looks only at its own tables. */
// biome-ignore lint/suspicious/noExplicitAny: Kysely is invariant in its schema, so that no narrower type takes every host's instance
export type KyselyLike = Kysely<any>

type FoundRow = Selectable<KeyTable> & { now: number }

function foundIn(row: FoundRow | undefined): Found | null {
  return row === undefined ? null : { record: readRow(row), now: new Date(Number(row.now)) }
}

function withParameter<T>(query: CompiledQuery<T>, parameter: string): CompiledQuery<T> {
  return { ...query, parameters: [parameter] }
}

function listed(eb: ExpressionBuilder<KeyTables, 'api_keys'>, query: KeyQuery, now: ReturnType<typeof sql<number>>) {
  const { organizationId, owner, status, after } = query
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
    conditions.push(eb('created_at', '<=', at), eb.or([eb('created_at', '<', at), eb('id', '<', after.id)]))
  }
  return conditions
}
