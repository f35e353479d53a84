import { RequestRepeated } from '@keywright/core'
import { type Once, requestMemoryMs } from '@keywright/core/store'
import type { Transaction } from 'kysely'
import type { KeyTables } from '../tables/key-tables.js'
import { instantOf } from '../tables/whole-number.js'
import type { StoreContext } from './context.js'

/** A request that changes a key. */
export interface ClaimedRequest {
  /** Left out: the request may be carried out any number of times. */
  readonly once: Once | undefined
  readonly keyId: string
  readonly at: Date
}

/**
 * Records a request that must be carried out only once. If two come at the same time, the second waits here for the first.
 *
 * @throws {@link RequestRepeated} when the request was carried out before.
 */
export async function claimRequest(
  { tables, dialect }: StoreContext,
  trx: Transaction<KeyTables>,
  { once, keyId, at }: ClaimedRequest,
): Promise<void> {
  if (once === undefined) return
  const claim = crypto.randomUUID()
  await trx
    .deleteFrom(tables.api_key_requests)
    .where('at', '<', at.getTime() - requestMemoryMs)
    .execute()
  const request = { ...once, key_id: keyId, claim, at: at.getTime() }
  await dialect.orKeep(trx.insertInto(tables.api_key_requests).values(request), 'id').execute()
  const row = await trx
    .selectFrom(tables.api_key_requests)
    .selectAll()
    .where('id', '=', once.id)
    .executeTakeFirstOrThrow()
  if (row.claim === claim) return
  const isSame = row.fingerprint === once.fingerprint
  throw new RequestRepeated({ keyId: row.key_id, isSame, at: instantOf(row.at, 'at'), now: at })
}

/** Forgets a request that has changed nothing: it may come again. */
export async function releaseRequest(
  { tables }: StoreContext,
  trx: Transaction<KeyTables>,
  once: Once | undefined,
): Promise<void> {
  if (once !== undefined) await trx.deleteFrom(tables.api_key_requests).where('id', '=', once.id).execute()
}
