import { KeyNotFound } from '../errors/index.js'
import type { DecisionContext, Found, KeyChanges, Once, QuotaScope } from '../store/index.js'
import type { AuditType, JsonObject, Key, KeyRecord } from '../values/index.js'
import { requireManager } from './delegation.js'
import { checkActor, checkContext, isWithin, type ManageOptions } from './manage-options.js'
import type { Settings } from './options.js'
import { toKey } from './public-key.js'
import { reachStore } from './reach-store.js'

/** What a verb makes of a key: the fields to write, and how the audit log puts it. */
export interface Change {
  readonly write: KeyChanges
  readonly audit: readonly { readonly type: AuditType; readonly data: JsonObject }[]
}

/** A verb's pure decision, under the store's lock; `null` changes nothing. What it throws reaches the caller. */
export type Decide = (record: KeyRecord, context: DecisionContext) => Change | null

/** What else a change needs of the store. */
export interface ChangeTerms {
  readonly quota?: QuotaScope | null
  readonly once?: Once | undefined
}

/**
 * The way of every change: find the key within the caller's reach, let the verb decide under the store's lock, write the
 * fields and the audit records together.
 *
 * @returns the key afterwards.
 * @throws KeyNotFound, ScopeExceedsActor, StoreUnavailable, OutcomeUnknown, and what `decide` throws.
 */
export async function changeKey(
  settings: Settings,
  id: unknown,
  options: ManageOptions,
  decide: Decide,
  { quota = null, once }: ChangeTerms = {},
): Promise<Key> {
  const keyId = String(id)
  const actor = checkActor(options)
  const context = checkContext(options)
  requireManager(settings, actor)
  const found = await reachStore(
    settings.store.change(keyId, {
      quota,
      auditKey: settings.auditKey,
      once,
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
  ).finally(() => settings.reader.changed(keyId)) // whatever came of it: it may have been committed
  if (found === null) throw new KeyNotFound(keyId)
  return toKey(found.record, found.now)
}

/**
 * A change that needs answers from elsewhere, such as the host's or a hasher's: `prepare` gets them for the key as it was
 * just read. Should the key change before the lock is taken, everything is done again.
 *
 * @throws KeyNotFound, and what `prepare`, its result and {@link changeKey} throw.
 */
export async function changePrepared(
  settings: Settings,
  id: unknown,
  options: ManageOptions,
  prepare: (seen: Found) => Promise<ChangeTerms & { readonly decide: Decide }>,
): Promise<Key> {
  const keyId = String(id)
  requireManager(settings, checkActor(options)) // first: an actor that may change nothing must learn nothing either
  for (;;) {
    const seen = await reachStore(settings.store.find(keyId))
    if (seen === null || !isWithin(seen.record, options.within)) throw new KeyNotFound(keyId)
    const { decide, ...terms } = await prepare(seen)
    let isOvertaken = false
    const guarded: Decide = (record, context) => {
      isOvertaken = record.version !== seen.record.version
      return isOvertaken ? null : decide(record, context)
    }
    const key = await changeKey(settings, keyId, options, guarded, terms)
    // Each time round, another change was made: somebody gets on.
    if (!isOvertaken) return key
  }
}
