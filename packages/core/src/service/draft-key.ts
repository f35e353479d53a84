import { InvalidInput, InvalidState, KeyNotFound } from '../errors/index.js'
import type { Actor, AuditContext, KeyRecord } from '../values/index.js'
import { checkId } from './check-input.js'
import { type CreateInput, type CreateLikeInput, type Draft, readDraft } from './create-input.js'
import { checkDelegation, requireManager } from './delegation.js'
import { checkActor, checkContext, isOwnerWithin, isWithin, type ManageOptions, type Within } from './manage-options.js'
import type { Settings } from './options.js'
import { reachStore } from './reach-store.js'

/** A key that may be made, and who makes it. */
export interface DraftedKey {
  readonly draft: Draft
  readonly namespace: string
  readonly actor: Actor
  readonly context: AuditContext
}

/**
 * Reads what a new key shall be, and makes sure that the one who asks may give it all that.
 *
 * @throws InvalidInput or ScopeUnknown, naming the field; ScopeExceedsActor; KeyNotFound where there is no key to be like.
 */
export async function draftKey(
  settings: Settings,
  input: CreateInput | CreateLikeInput,
  options: ManageOptions,
): Promise<DraftedKey> {
  const actor = checkActor(options)
  const context = checkContext(options)
  requireManager(settings, actor)
  if (typeof input !== 'object' || input === null) throw new InvalidInput('input', 'an object with name and owner')
  const like = 'like' in input ? await findModel(settings, input.like, options.within) : null
  const { draft, namespace } = readDraft(settings, input, like)
  if (!isOwnerWithin(draft.owner, options.within)) {
    throw new InvalidInput('owner', 'an owner within the bounds of this call')
  }
  await checkDelegation(settings, actor, draft, null)
  return { draft, namespace, actor, context }
}

async function findModel({ store }: Settings, like: unknown, within: Within | undefined): Promise<KeyRecord> {
  const id = checkId(like, 'like')
  const found = await reachStore(store.find(id))
  if (found === null || !isWithin(found.record, within)) throw new KeyNotFound(id)
  if (found.record.damaged.length > 0) throw new InvalidState(id, 'damaged', 'copy')
  return found.record
}
