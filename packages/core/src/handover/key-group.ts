import { checkNames, type NamesOf } from '../check/index.js'
import { InvalidInput } from '../errors/index.js'
import { checkId, checkInstant, checkKeyId, checkOwner, checkSomebody } from '../input/index.js'
import { isSameActor, isSameOwner, organizationOf } from '../store/index.js'
import type { Actor, KeyRecord, Owner } from '../values/index.js'
import type { HandoverParts } from './parts.js'

/** Keys of one organization. At least one of the other fields must be there, and a key must meet all that are. */
export interface KeyGroup {
  readonly organizationId: string
  /** Keys that this person, key or program created. */
  readonly createdBy?: Actor | undefined
  /** Keys of this owner. */
  readonly owner?: Owner | undefined
  /** Keys that were created before this instant: after a restored backup, those whose end may have been lost. */
  readonly issuedBefore?: Date | undefined
  /** Keys that this key created, by its id; in place of `createdBy`. The key itself is not one of them. */
  readonly childrenOf?: string | undefined
}

const groupNames: NamesOf<KeyGroup> = {
  organizationId: true,
  createdBy: true,
  owner: true,
  issuedBefore: true,
  childrenOf: true,
}
const selectors = ['createdBy', 'owner', 'issuedBefore', 'childrenOf'] as const

/** A {@link KeyGroup} that was checked. */
export interface ReadGroup {
  readonly organizationId: string
  readonly createdBy: Actor | null
  readonly owner: Owner | null
  readonly issuedBefore: Date | null
}

/** @throws InvalidInput for a group without bounds, too: a selector that got lost must not select everything. */
export function readGroup({ format }: Pick<HandoverParts, 'format'>, group: KeyGroup): ReadGroup {
  checkNames(group, groupNames, { Invalid: InvalidInput, defined: selectors })
  const organizationId = checkId(group.organizationId, 'organizationId')
  if (!selectors.some((name) => group[name] !== undefined)) {
    throw new InvalidInput('createdBy', `there, or one of ${selectors.slice(1).join(', ')}`)
  }
  const { childrenOf } = group
  if (childrenOf !== undefined && group.createdBy !== undefined) {
    throw new InvalidInput('childrenOf', 'left out where createdBy is there')
  }
  const parent: Actor | null = childrenOf === undefined ? null : { type: 'key', id: checkKeyId(format, childrenOf) }
  const owner = group.owner === undefined ? null : checkOwner(group.owner)
  if (owner !== null && organizationOf(owner) !== organizationId) {
    throw new InvalidInput('owner', 'an owner of the organization')
  }
  return {
    organizationId,
    createdBy: group.createdBy === undefined ? parent : checkSomebody(group.createdBy, 'createdBy'),
    owner,
    issuedBefore: group.issuedBefore === undefined ? null : checkInstant(group.issuedBefore, 'issuedBefore'),
  }
}

/** Whether a key is still one of a group: it may have been transferred since it was listed. */
export function isInGroup(record: KeyRecord, { organizationId, createdBy, owner, issuedBefore }: ReadGroup): boolean {
  return (
    organizationOf(record.owner) === organizationId &&
    (createdBy === null || isSameActor(record.createdBy, createdBy)) &&
    (owner === null || isSameOwner(record.owner, owner)) &&
    (issuedBefore === null || record.createdAt.getTime() < issuedBefore.getTime())
  )
}
