import { type Access, type Authority, authorityRights, everything } from '../access/index.js'
import { organizationOf } from '../store/index.js'
import { isTextList, type Owner } from '../values/index.js'

/** What the host says its owner may do now. What is left out gives nothing. */
export interface OwnerAuthority {
  /** Scope patterns; `['*']` for everything. */
  readonly scopes?: readonly string[] | undefined
  /** Names of roles of the access model. */
  readonly roles?: readonly string[] | undefined
  /**
   * The owner's level on a resource: a function, or levels by type and id. A level that the model does not have, `null`
   * and `undefined` are none.
   */
  readonly levels?:
    | ((type: string, id: string) => unknown)
    | Readonly<Record<string, Readonly<Record<string, string>>>>
    | undefined
}

/**
 * Looks up what an owner may do now. `null`: suspended, removed, not a member. `'uncapped'`, said aloud: a key's rights are
 * its grants alone.
 */
export type ResolveOwner =
  | 'uncapped'
  | ((owner: Owner) => OwnerAuthority | null | undefined | Promise<OwnerAuthority | null | undefined>)

/** An owner's authority, with what it consists of: for delegation, which compares sets and not single scopes. */
export interface OwnerRights extends Authority {
  /** The patterns of its scopes and roles. */
  readonly patterns: readonly string[]
  /** The roles that it has by name. */
  readonly roles: readonly string[]
}

/**
 * Asks the host, and checks its answer: a malformed one is a fault of the host and throws, so that it ends in 503 and never
 * in rights.
 *
 * @returns `null` if the owner is inactive.
 */
export async function resolveAuthority(
  access: Access,
  resolveOwner: ResolveOwner,
  owner: Owner,
): Promise<OwnerRights | null> {
  if (resolveOwner === 'uncapped') {
    const levelOn = (type: string) => access.resources.get(type)?.levels.at(-1)
    return { rights: everything, patterns: ['*'], roles: [...access.roles.keys()], levelOn }
  }
  const answer: unknown = await resolveOwner(owner)
  if (answer === null || answer === undefined) return null
  if (typeof answer !== 'object' || Array.isArray(answer)) throw malformed('an object or null')
  const { scopes = [], roles = [], levels = {} } = answer as OwnerAuthority // each field is checked below
  if (!isTextList(scopes)) throw malformed('scopes: a list of strings')
  if (!isTextList(roles)) throw malformed('roles: a list of strings')
  const patterns = [...scopes, ...(await rolePatterns(access, roles, organizationOf(owner)))]
  return { rights: authorityRights(access, patterns), patterns, roles, levelOn: levelLookup(levels) }
}

/** The patterns that roles give now. A role that left the model gives nothing (SCOPE-11). */
export async function rolePatterns(
  access: Access,
  roles: readonly string[],
  organizationId: string,
): Promise<readonly string[]> {
  if (roles.length === 0) return []
  const given = await Promise.all(
    roles.map(async (name) => {
      const role = access.roles.get(name) ?? []
      const patterns: unknown = typeof role === 'function' ? await role(organizationId) : role
      if (!isTextList(patterns)) throw new TypeError(`Role ${name} must give a list of scopes`)
      return patterns
    }),
  )
  return given.flat()
}

function levelLookup(levels: unknown): (type: string, id: string) => unknown {
  if (typeof levels === 'function') return (type, id) => levels(type, id)
  if (typeof levels !== 'object' || levels === null) throw malformed('levels: a function or an object')
  return (type, id) => ownProperty(ownProperty(levels, type), id)
}

function ownProperty(record: unknown, name: string): unknown {
  if (typeof record !== 'object' || record === null || !Object.hasOwn(record, name)) return undefined
  return (record as Record<string, unknown>)[name] // its own property, as was just asked
}

function malformed(expected: string): TypeError {
  return new TypeError(`resolveOwner must answer ${expected}`)
}
