import { checkNames, type NamesOf, wholeNumber } from '../check/index.js'
import { liveManager } from '../delegation/index.js'
import { InvalidInput, isKeyError } from '../errors/index.js'
import { checkActor, checkReason, checkTrialOptions, isOwnerWithin, type TrialOptions } from '../input/index.js'
import { revokedNow } from '../lifecycle/index.js'
import { changeKey } from '../manage/index.js'
import { listKeys } from '../reads/index.js'
import type { Key } from '../values/index.js'
import { isInGroup, type KeyGroup, type ReadGroup, readGroup } from './key-group.js'
import type { HandoverParts } from './parts.js'

/** How the keys of a group end. */
export interface RevokeAllInput {
  /** At most 200 characters, shown to people. Those revoked as `leaked` answer as if they had never been. @defaultValue null */
  readonly reason?: string | null | undefined
  /** Also ends the keys that these keys created, and theirs, whoever owns them. @defaultValue true */
  readonly cascade?: boolean | undefined
  /**
   * How many keys of the group one call looks at, 1 to 100: then it returns `nextCursor`. What the last of them created ends in the
   * same call. @defaultValue all of them
   */
  readonly limit?: number | undefined
  /** The `nextCursor` of the call before. @defaultValue the beginning */
  readonly cursor?: string | undefined
}

/** Who revokes, how far, and whether it is a trial. */
export type RevokeAllOptions = Omit<TrialOptions, 'ifVersion' | 'idempotencyKey'>

/** What became of the keys of a group. */
export interface RevokedAll {
  /** Those that ended, or would end: with those that the cascade met. What was revoked before is not among them. */
  readonly revoked: readonly Key[]
  /** Those that the actor may not end, by their ids, with the code of the error. */
  readonly refused: readonly { readonly id: string; readonly code: string }[]
  /** Where the next call goes on; `null`: the group was looked at to its end. */
  readonly nextCursor: string | null
}

const inputNames: NamesOf<RevokeAllInput> = { reason: true, cascade: true, limit: true, cursor: true }
const optionNames: NamesOf<RevokeAllOptions> = { actor: true, context: true, within: true, dryRun: true }

const pageSize = 100

/** A call that runs. */
interface Run {
  readonly parts: HandoverParts
  readonly options: RevokeAllOptions
  readonly reason: string | null
  readonly cascade: boolean
  readonly seen: Set<string>
  readonly revoked: Key[]
  readonly refused: { readonly id: string; readonly code: string }[]
}

/** See `Keyring.revokeAll`. */
export async function revokeAll(
  parts: HandoverParts,
  group: KeyGroup,
  input: RevokeAllInput,
  options: RevokeAllOptions,
): Promise<RevokedAll> {
  const read = readGroup(parts, group)
  checkNames(input, inputNames, { Invalid: InvalidInput, defined: ['cascade', 'limit', 'cursor'] })
  checkNames(options, optionNames, { Invalid: InvalidInput, defined: ['actor', 'within', 'dryRun'] })
  checkTrialOptions(options)
  const { cascade = true, cursor } = input
  if (typeof cascade !== 'boolean') throw new InvalidInput('cascade', 'a boolean')
  const limit =
    input.limit === undefined
      ? Infinity
      : wholeNumber(input.limit, 'limit', { least: 1, most: pageSize, Invalid: InvalidInput })
  // First: an actor that may change nothing must learn nothing either.
  await liveManager(parts, checkActor(options))
  const reason = checkReason(input.reason)
  const run: Run = { parts, options, reason, cascade, seen: new Set(), revoked: [], refused: [] }
  const nextCursor = await endGroup(run, read, Math.min(limit, pageSize), { cursor, once: limit !== Infinity })
  return { revoked: run.revoked, refused: run.refused, nextCursor }
}

/**
 * Ends the keys of a group in the order of their creation, so that one which is made meanwhile comes last. A cascade goes through keys
 * that were revoked before as well: a call that was cut off may have left what they created.
 *
 * @returns where the next call goes on.
 */
async function endGroup(
  run: Run,
  group: ReadGroup,
  limit: number,
  { cursor, once }: { readonly cursor?: string | undefined; readonly once: boolean },
): Promise<string | null> {
  const { createdBy, owner, organizationId, issuedBefore } = group
  let at = cursor
  for (;;) {
    const { keys, nextCursor } = await listKeys(run.parts, {
      organizationId,
      ...(createdBy === null ? {} : { createdBy }),
      ...(owner === null ? {} : { owner }),
      ...(run.cascade ? {} : { status: ['active', 'disabled', 'expired'] }),
      order: 'asc',
      limit,
      cursor: at,
    })
    for (const key of keys) {
      // The rest is younger.
      if (issuedBefore !== null && key.createdAt.getTime() >= issuedBefore.getTime()) return null
      await endKey(run, key, group)
    }
    if (nextCursor === null || once) return nextCursor
    at = nextCursor
  }
}

async function endKey(run: Run, key: Key, group: ReadGroup): Promise<void> {
  if (run.seen.has(key.id)) return
  run.seen.add(key.id)
  // Of a key beyond the bounds of the call, nothing is said. What it created is beyond the reach of this cascade, too.
  if (!isOwnerWithin(key.owner, run.options.within)) return
  if (key.status !== 'revoked' && !(await revoke(run, key.id, group))) return
  if (!run.cascade) return
  const { organizationId } = group
  const children: ReadGroup = {
    organizationId,
    createdBy: { type: 'key', id: key.id },
    owner: null,
    issuedBefore: null,
  }
  await endGroup(run, children, pageSize, { once: false })
}

/** @returns whether the key is revoked now, or would be. */
async function revoke(run: Run, id: string, group: ReadGroup): Promise<boolean> {
  let isInIt = false
  let isMade = false
  try {
    const key = await changeKey(run.parts, id, run.options, (record, { now }) => {
      isInIt = isInGroup(record, group)
      isMade = isInIt && record.status !== 'revoked'
      return isMade ? revokedNow(record, now, run.reason) : null
    })
    if (isMade) run.revoked.push(key)
    return isInIt
  } catch (error) {
    if (!isKeyError(error)) throw error
    if (error.code === 'key_not_found') return false // deleted meanwhile
    if (error.code !== 'scope_exceeds_actor') throw error
    run.refused.push({ id, code: error.code })
    return false
  }
}
