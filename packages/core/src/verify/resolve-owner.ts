import { type Access, type Authority, authorityRights, everything, ownerLevels } from '../access/index.js'
import { maxPatterns } from '../scope/index.js'
import { organizationOf } from '../store/index.js'
import { type Grants, isPromise, isStringArray, type MaybePromise, type Owner } from '../values/index.js'
import type { OwnerAuthority, OwnerRights, ResolveOwner } from './owner-authority.js'

/**
 * Asks the host, and checks its answer: a malformed one is a fault of the host and throws, so that it ends in 503 and never
 * in rights.
 *
 * @returns `null` if the owner is inactive.
 */
export function resolveAuthority(
  access: Access,
  resolveOwner: ResolveOwner,
  owner: Owner,
): MaybePromise<OwnerRights | null> {
  if (resolveOwner === 'uncapped') return uncapped(access)
  // A copy: what the host does to it must not reach the record.
  const answer: MaybePromise<unknown> = resolveOwner({ ...owner })
  return isPromise(answer)
    ? Promise.resolve(answer).then(readAuthority.bind(null, access, owner))
    : readAuthority(access, owner, answer)
}

function uncapped(access: Access): OwnerRights {
  const highest = (type: string) => access.resources.get(type)?.levels.at(-1)
  const levelsOn: Authority['levelsOn'] = (type, ids) => new Map(ids.map((id) => [id, highest(type)]))
  return { rights: everything, patterns: ['*'], roles: [...access.roles.keys()], levelsOn }
}

function readAuthority(access: Access, owner: Owner, answer: unknown): MaybePromise<OwnerRights | null> {
  if (answer === null) return null
  if (typeof answer !== 'object' || Array.isArray(answer))
    throw malformed('an object, or null for an owner who is not there')
  const { scopes = nothing, roles = nothing }: OwnerAuthority = answer // each field is checked
  if (!isStringArray(scopes)) throw malformed('scopes: a list of strings')
  if (!isStringArray(roles)) throw malformed('roles: a list of strings')
  const levelsOn = ownerLevels(answer)
  const patterns = patternsOf(access, { scopes, roles }, organizationOf(owner))
  return isPromise(patterns)
    ? patterns.then(ownerRights.bind(null, access, roles, levelsOn))
    : ownerRights(access, roles, levelsOn, patterns)
}

const nothing: readonly string[] = /* @__PURE__ */ Object.freeze([])

function ownerRights(
  access: Access,
  roles: readonly string[],
  levelsOn: Authority['levelsOn'],
  patterns: readonly string[],
): OwnerRights {
  return { rights: authorityRights(access, patterns), patterns, roles, levelsOn }
}

/**
 * The patterns of scopes, and those that roles give now. A role that left the model gives nothing.
 *
 * @throws TypeError as a rejection if they are too many to be compared on each request; never at once, so that whoever asks
 * something else at the same time can wait for both.
 */
export function patternsOf(access: Access, given: Named, organizationId: string): MaybePromise<readonly string[]> {
  if (given.roles.length === 0 && given.scopes.length <= maxPatterns) return given.scopes
  return withRoles(access, given, organizationId)
}

type Named = Pick<Grants, 'scopes' | 'roles'>

async function withRoles(access: Access, { scopes, roles }: Named, organizationId: string): Promise<readonly string[]> {
  const given = await Promise.all(
    roles.map(async (name) => {
      const role = access.roles.get(name) ?? []
      const patterns: unknown = typeof role === 'function' ? await role(organizationId) : role
      if (!isStringArray(patterns)) throw new TypeError(`Role ${name} must give a list of scopes`)
      return patterns
    }),
  )
  const patterns = [...scopes, ...given.flat()]
  if (patterns.length <= maxPatterns) return patterns
  throw new TypeError(`An owner or a key may have at most ${maxPatterns} scopes, those of its roles included`)
}

function malformed(expected: string): TypeError {
  return new TypeError(`resolveOwner must answer ${expected}`)
}
