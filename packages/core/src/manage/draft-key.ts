import { checkNames } from '../check/index.js'
import { checkDelegation, liveManager } from '../delegation/index.js'
import { InvalidInput, InvalidState, KeyNotFound } from '../errors/index.js'
import {
  checkActor,
  checkContext,
  checkId,
  checkKeyId,
  checkName,
  checkOwner,
  isOwnerWithin,
  isWithin,
  type KeyBoundary,
  type ManageOptions,
} from '../input/index.js'
import { type NewKey, wrapStoreErrors } from '../store/index.js'
import {
  type Actor,
  type AuditContext,
  isRecord,
  type KeyRecord,
  type KeySettings,
  type Owner,
} from '../values/index.js'
import { type CopyKeyInput, type CreateInput, inputNames } from './key-input.js'
import type { ManageParts } from './parts.js'
import { noSettings, readSettings } from './read-settings.js'

/** A key's settings and identity, before it has an id. */
export type Draft = KeySettings & Pick<NewKey, 'environment' | 'owner'>

/** A key that may be made, and who makes it. */
export interface DraftedKey {
  readonly draft: Draft
  /** Whether nobody says when it ends: then the policy does. */
  readonly isEndLeftOut: boolean
  readonly namespace: string
  readonly actor: Actor
  readonly context: AuditContext
}

/**
 * Checks the input for a new key, and that the actor may grant everything in it.
 *
 * @throws InvalidInput or ScopeUnknown, naming the field; ScopeExceedsActor; KeyNotFound where there is no key to copy.
 */
export async function draftKey(
  parts: ManageParts,
  input: CreateInput | CopyKeyInput,
  options: ManageOptions,
  names: Readonly<Record<string, true>> = inputNames.create,
): Promise<DraftedKey> {
  // All of it is read before anything is waited for: what the caller does to its objects later stays with the caller.
  const context = checkContext(options)
  const { within } = options
  const read = readInput(parts, input, names)
  const live = await liveManager(parts, checkActor(options))
  await wrapStoreErrors(parts.peppers.run())
  const { draft, namespace } =
    read.copyFrom === null ? read.drafted : read.draftOf(await findModel(parts, read.copyFrom, within))
  // Also that of the model: a copy that nobody could use is none.
  parts.bindable.parse(draft.binding)
  if (!isOwnerWithin(draft.owner, within)) {
    throw new InvalidInput('owner', 'an owner within the bounds of this call')
  }
  await checkDelegation(parts, live, { after: draft, before: null })
  const isEndLeftOut = read.copyFrom === null && input.expiresAt === undefined
  return { draft, isEndLeftOut, namespace, actor: live.actor, context }
}

async function findModel({ store }: ManageParts, id: string, within: KeyBoundary | undefined): Promise<KeyRecord> {
  const found = await wrapStoreErrors(store.find(id))
  if (found === null || !isWithin(found.record, within)) throw new KeyNotFound(id)
  if (found.record.damaged.length > 0) throw new InvalidState(id, 'damaged', 'copy')
  return found.record
}

type Drafted = Pick<DraftedKey, 'draft' | 'namespace'>

/** Checks a new key's fields, all of them at once; those that a copy leaves out come from its model, once that is found. */
function readInput(
  parts: ManageParts,
  input: CreateInput | CopyKeyInput,
  names: Readonly<Record<string, true>>,
):
  | { readonly copyFrom: null; readonly drafted: Drafted }
  | { readonly copyFrom: string; readonly draftOf: (model: KeyRecord) => Drafted } {
  if (!isRecord(input)) throw new InvalidInput('input', 'an object with name and owner')
  checkNames(input, 'copyFrom' in input ? inputNames.copy : names, { Invalid: InvalidInput })
  const copyFrom =
    'copyFrom' in input ? checkKeyId(parts.format, checkId(input.copyFrom, 'copyFrom'), 'copyFrom') : null
  const owner = copyFrom !== null && input.owner === undefined ? null : checkOwner(input.owner)
  const name = copyFrom !== null && input.name === undefined ? {} : { name: checkName(input.name) }
  // Of a copy, `preset: null` says that the scopes of the model do not come along.
  const scopes = input.preset === null ? (input.scopes ?? []) : input.scopes
  const change = readSettings(parts, { ...input, ...name, scopes })
  const asked = input.environment

  const finish = (before: KeySettings, owner: Owner, environment: string | null): Drafted => {
    const namespace = parts.namespaceOf.get(environment)
    if (namespace !== undefined) return { draft: { ...before, ...change(before), environment, owner }, namespace }
    throw new InvalidInput('environment', `one of ${[...parts.namespaceOf.keys()].join(', ')}`)
  }
  if (copyFrom === null) {
    const drafted = finish(noSettings, owner ?? checkOwner(input.owner), asked ?? parts.environment)
    return { copyFrom, drafted }
  }
  const draftOf = (model: KeyRecord) =>
    finish(
      settingsOf(model),
      owner ?? model.owner,
      asked ?? parts.environmentOf.get(model.environment) ?? model.environment ?? parts.environment,
    )
  return { copyFrom, draftOf }
}

function settingsOf(record: KeyRecord): KeySettings {
  const { name, description, grants, preset, tags, metadata, expiresAt, ipAllowList, rateLimits, budget, binding } =
    record
  return { name, description, grants, preset, tags, metadata, expiresAt, ipAllowList, rateLimits, budget, binding }
}
