import { KeyNotFound } from '../errors/index.js'
import type { DecisionContext, KeyChanges, QuotaScope } from '../store/index.js'
import type { AuditType, JsonObject, Key, KeyRecord } from '../values/index.js'
import { checkActor, checkContext, isWithin, type ManageOptions } from './manage-options.js'
import type { Settings } from './options.js'
import { toKey } from './public-key.js'
import { reachStore } from './reach-store.js'

/** What a verb makes of a key: the fields to write, and how the audit log puts it. */
export interface Change {
  readonly write: KeyChanges
  readonly audit: readonly { readonly type: AuditType; readonly data: JsonObject }[]
}

/**
 * The way of every change: find the key within the caller's reach, let the verb decide under the store's lock, write the
 * fields and the audit records together.
 *
 * @returns the key afterwards.
 * @throws KeyNotFound, StoreUnavailable, OutcomeUnknown, and what `decide` throws.
 */
export async function changeKey(
  { store }: Settings,
  id: unknown,
  options: ManageOptions,
  decide: (record: KeyRecord, context: DecisionContext) => Change | null,
  quota: QuotaScope | null = null,
): Promise<Key> {
  const keyId = String(id)
  const actor = checkActor(options)
  const context = checkContext(options)
  const found = await reachStore(
    store.change(keyId, {
      quota,
      decide: (record, decision) => {
        // In the same words as a key that is not there (HTTP-20).
        if (!isWithin(record, options.within)) throw new KeyNotFound(keyId)
        const change = decide(record, decision)
        if (change === null) return null
        return {
          write: change.write,
          audit: change.audit.map((entry) => ({ ...entry, actor, context, keyId: record.id })),
        }
      },
    }),
  )
  if (found === null) throw new KeyNotFound(keyId)
  return toKey(found.record, found.now)
}
