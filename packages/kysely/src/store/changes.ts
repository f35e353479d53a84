import { isKeyError } from '@keywright/core'
import type { ChangeRequest, Found, KeyStore, QuotaScope } from '@keywright/core/store'
import { sql, type Transaction } from 'kysely'
import { changedColumns, newRow, parseRow } from '../tables/columns.js'
import type { KeyTables } from '../tables/key-tables.js'
import { lastUseOf, previousUseOf } from '../tables/last-use-of.js'
import { isListedAlike } from '../tables/term-rows.js'
import { wholeNumberOf } from '../tables/whole-number.js'
import { appendAudit } from './audit.js'
import type { StoreContext } from './context.js'
import { addToLists, changeLists, listedColumns } from './listed-keys.js'
import { lockOrganization, readsMayBeOld } from './organization-lock.js'
import { ownedBy } from './owned-by.js'
import { claimRequest, releaseRequest } from './request-claim.js'
import { loadRotation, writeRotation } from './rotations.js'

/**
 * New keys and changed ones, each in one transaction with its audit record. The record is written first: a host that commits its
 * own transaction meanwhile has no change without a record.
 */
export function changeMethods(context: StoreContext): Pick<KeyStore, 'insert' | 'change' | 'replaceHash'> {
  const { tables, changing, transaction, keyTransaction } = context
  return {
    async insert({ id, organizationId, quota, auditKey, once, decide }) {
      let digest: string | null = null
      try {
        return await keyTransaction(async (trx) => {
          const organization = await lockOrganization(context, trx, organizationId)
          const { created, now } = organization
          await claimRequest(context, trx, { once, keyId: id, at: now })
          const used = await countUsed(context, trx, quota, { except: id, now })
          const { write, audit } = decide({ now, used })
          digest = write.lookupDigest
          const row = newRow(write, now)
          await appendAudit(context, trx, { ...organization, created: created + 1 }, { drafts: audit, auditKey })
          await trx
            .insertInto(tables.api_keys)
            .values({ ...row, ...listedColumns(row) })
            .execute()
          const record = parseRow(row)
          await addToLists(context, trx, record, organizationId)
          return record
        })
      } catch (error) {
        // After an unknown outcome, this very insert may have taken the id: trying another id would make two keys.
        if (isKeyError(error)) throw error
        // Asked only now, since each engine reports a violated constraint differently.
        const taken = transaction((trx) => isTaken(context, trx, id, digest))
        if (await taken.catch(() => false)) return null
        throw error
      }
    },

    change: (id, request) => keyTransaction((trx) => change(context, trx, id, request)),

    async replaceHash(id, from, to) {
      const { numUpdatedRows } = await changing((on) =>
        on
          .updateTable(tables.api_keys)
          .set({ hash: to.hash, lookup_digest: to.lookupDigest })
          .where('id', '=', id)
          .where('hash', '=', from.hash)
          .where('lookup_digest', from.lookupDigest === null ? 'is' : '=', from.lookupDigest)
          .executeTakeFirst(),
      )
      return numUpdatedRows > 0n
    },
  }
}

async function change(
  context: StoreContext,
  trx: Transaction<KeyTables>,
  id: string,
  { quota, auditKey, once, decide, withRotation = false }: ChangeRequest,
): Promise<Found | null> {
  const { tables } = context
  // A write without effect takes the key's lock on every engine, before the row is read.
  await trx
    .updateTable(tables.api_keys)
    .set((eb) => ({ version: eb.ref('version') }))
    .where('id', '=', id)
    .execute()
  // Whether there is a row is read: for such a write, some connections to MySQL count none.
  const row = await trx
    .selectFrom(tables.api_keys)
    .selectAll()
    .select([lastUseOf(tables).as('used_at'), previousUseOf(tables).as('previous_used_at')])
    .where('id', '=', id)
    // Without a change, MySQL counts the lock as no write, and a plain read shows what the transaction saw at its beginning.
    .$if(readsMayBeOld(context), (read) => read.forUpdate())
    .executeTakeFirst()
  if (row === undefined) return null
  const record = parseRow(row)
  const organization = await lockOrganization(context, trx, row.organization_id)
  const { now } = organization
  await claimRequest(context, trx, { once, keyId: id, at: now })
  const used = await countUsed(context, trx, quota, { except: id, now })
  const rotation = withRotation ? { rotation: await loadRotation(context, trx, id) } : {}
  const decision = decide(record, { now, used, ...rotation })
  if (decision === null) {
    await releaseRequest(context, trx, once)
    return { record, now }
  }
  await appendAudit(context, trx, organization, { drafts: decision.audit, auditKey })
  if (withRotation && decision.rotation !== undefined) await writeRotation(context, trx, id, decision.rotation)
  if (Object.keys(decision.write).length === 0) return { record, now }
  const columns = { ...changedColumns(decision.write), updated_at: now.getTime(), version: record.version + 1 }
  const changed = { ...row, ...columns } as typeof row // changedColumns has only columns that it gives a value
  const after = parseRow(changed)
  // A process of the version before changes a key, and not what lists know of it, or of its tags.
  const known = row.tags === null ? row.listed : row.tagged
  const isListed = Number(known) === record.version && isListedAlike(record, after)
  await trx
    .updateTable(tables.api_keys)
    .set({ ...columns, ...(isListed ? { listed: columns.version, tagged: columns.version } : listedColumns(changed)) })
    .where('id', '=', id)
    .execute()
  if (!isListed) await changeLists(context, trx, { record: after, organizationId: row.organization_id })
  return { record: after, now }
}

/** Counts the keys that the plan counts, apart from the one that is being made or changed. */
async function countUsed(
  { tables }: StoreContext,
  trx: Transaction<KeyTables>,
  quota: QuotaScope | null,
  { except, now }: { readonly except: string; readonly now: Date },
): Promise<number> {
  if (quota === null) return 0
  const ofStatus = (status: string) => {
    const keys = trx
      .selectFrom(tables.api_keys)
      .where('status', '=', status)
      .where('id', '!=', except)
      .select(({ fn }) => fn.countAll<number>().as('keys'))
    return 'owner' in quota
      ? keys.where((eb) => ownedBy(eb, quota.owner))
      : keys.where('organization_id', '=', quota.organizationId)
  }
  // Each a range of one index. With "in" and "or", some planners read the keys that ended, too.
  const live = ['active', 'disabled'].flatMap((status) => [
    ofStatus(status).where('expires_at', 'is', null),
    ofStatus(status).where('expires_at', '>', now.getTime()),
  ])
  const { used } = await trx.selectNoFrom(sql<number>`${sql.join(live, sql` + `)}`.as('used')).executeTakeFirstOrThrow()
  return wholeNumberOf(used, 'used')
}

async function isTaken(
  { tables }: StoreContext,
  trx: Transaction<KeyTables>,
  id: string,
  digest: string | null,
): Promise<boolean> {
  const row = await trx
    .selectFrom(tables.api_keys)
    .select('id')
    .where(({ eb, or }) => or([eb('id', '=', id), ...(digest === null ? [] : [eb('lookup_digest', '=', digest)])]))
    .executeTakeFirst()
  return row !== undefined
}
