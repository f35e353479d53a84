import { type LiveActor, liveManager, requireHere } from '../delegation/index.js'
import { KeyChanged, KeyNotFound } from '../errors/index.js'
import { checkActor, checkContext, checkKeyId, isWithin, type TrialOptions } from '../input/index.js'
import type { StoredRotation } from '../rotations/index.js'
import {
  type DecisionContext,
  type Found,
  type KeyChanges,
  type Once,
  type QuotaScope,
  toKey,
  wrapStoreErrors,
} from '../store/index.js'
import type { AuditType, JsonObject, Key, KeyRecord } from '../values/index.js'
import type { ManageParts } from './parts.js'

/** What a verb makes of a key: the fields to write, and how the audit log puts it. */
export interface Change {
  readonly write: KeyChanges
  readonly audit: readonly { readonly type: AuditType; readonly data: JsonObject }[]
  readonly rotation?: StoredRotation | null
}

/** A verb's pure decision, under the store's lock; `null` changes nothing. What it throws reaches the caller. */
export type Decide = (record: KeyRecord, context: DecisionContext, actor: LiveActor) => Change | null

/** What else a change needs of the store. */
export interface ChangeTerms {
  readonly quota?: QuotaScope | null
  readonly once?: Once | undefined
  readonly withRotation?: boolean
}

/**
 * The way of every change: find the key within the caller's reach, let the verb decide under the store's lock, write the
 * fields and the audit records together. A trial writes nothing.
 *
 * @returns the key afterwards; of a trial, as it would be.
 * @throws InvalidInput, KeyNotFound, KeyChanged, ScopeExceedsActor, StoreUnavailable, OutcomeUnknown, and what `decide` throws.
 */
export async function changeKey(
  parts: ManageParts,
  id: unknown,
  options: TrialOptions,
  decide: Decide,
  terms: ChangeTerms = {},
): Promise<Key> {
  const keyId = checkKeyId(parts.format, id)
  return commit(parts, keyId, await liveManager(parts, checkActor(options)), options, decide, terms)
}

/**
 * A change that needs answers from elsewhere, such as the host's or a hasher's: `prepare` gets them for the key as it was
 * just read. Should the key change before the lock is taken, everything is done again.
 *
 * @throws InvalidInput, KeyNotFound, and what `prepare`, its result and {@link changeKey} throw.
 */
export async function changePrepared(
  parts: ManageParts,
  id: unknown,
  options: TrialOptions,
  prepare: (seen: Found, actor: LiveActor) => Promise<ChangeTerms & { readonly decide: Decide }>,
): Promise<Key> {
  const keyId = checkKeyId(parts.format, id)
  for (;;) {
    // First: an actor that may change nothing must learn nothing either.
    const actor = await liveManager(parts, checkActor(options))
    const seen = await wrapStoreErrors(parts.store.find(keyId))
    if (seen === null) throw new KeyNotFound(keyId)
    requireReached(parts, seen.record, actor, options)
    const { decide, ...terms } = await prepare(seen, actor)
    let isOvertaken = false
    const guarded: Decide = (record, context, live) => {
      isOvertaken = record.version !== seen.record.version
      return isOvertaken ? null : decide(record, context, live)
    }
    const key = await commit(parts, keyId, actor, options, guarded, terms)
    // Each time round, another change was made: somebody gets on.
    if (!isOvertaken) return key
  }
}

async function commit(
  parts: ManageParts,
  keyId: string,
  live: LiveActor,
  options: TrialOptions,
  decide: Decide,
  { quota = null, once, withRotation = false }: ChangeTerms,
): Promise<Key> {
  const { actor } = live
  const context = checkContext(options)
  const { dryRun = false } = options
  const tried: { write: KeyChanges | null; made: Change['audit'] } = { write: null, made: [] }
  const found = await wrapStoreErrors(
    parts.store.change(keyId, {
      quota,
      auditKey: parts.auditKey,
      once,
      withRotation,
      decide: (record, decision) => {
        requireReached(parts, record, live, options)
        // Only here: a request that is sent again is answered as such, whatever it changed itself.
        const { ifVersion = record.version } = options
        if (ifVersion !== record.version) throw new KeyChanged(record.id, record.version)
        const change = decide(record, decision, live)
        tried.write = dryRun ? (change?.write ?? null) : null
        tried.made = dryRun ? [] : (change?.audit ?? [])
        if (change === null || dryRun) return null
        return {
          write: change.write,
          audit: change.audit.map((entry) => ({ ...entry, actor, context, keyId: record.id })),
          rotation: change.rotation,
        }
      },
    }),
  ).finally(() => parts.reader.changed(keyId)) // whatever came of it: it may have been committed
  if (found === null) throw new KeyNotFound(keyId)
  const { record, now } = found
  const { write, made } = tried
  parts.onChanged(keyId, made)
  return toKey(write === null ? record : { ...record, ...write, updatedAt: now, version: record.version + 1 }, now)
}

/** Refuses a key that the call may not reach, in the same words as one that is not there. */
function requireReached(parts: ManageParts, record: KeyRecord, live: LiveActor, options: TrialOptions): void {
  if (!isWithin(record, options.within)) throw new KeyNotFound(record.id)
  requireHere(parts, live, record)
}
