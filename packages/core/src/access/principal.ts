import { ScopeUnknown } from '../errors/index.js'
import type { Key, Owner, ResourceRef } from '../values/index.js'
import type { Access, LevelsOf, ScopeOf } from './access.js'
import { grantedLevel, lowerLevel } from './level.js'
import { lowerOf, type Rights } from './rights.js'

/** What the owner may do now: its rights to global scopes, and its level on any one resource. */
export interface Authority {
  readonly rights: Rights
  /** The owner's level, or `null`; asked at most once for each resource and principal. */
  levelOn(type: string, id: string): unknown
}

/** The authenticated caller: a live key, its owner, and what both allow. */
export interface Principal<A extends Access = Access> {
  readonly key: Key
  readonly owner: Owner
  readonly organizationId: string
  /** The user whom the key acts for; `null` for a key of an organisation. */
  readonly user: { readonly id: string } | null
  /** The global scopes that the key grants and its owner has now. */
  readonly scopes: readonly ScopeOf<A>[]
  /** Whether a global scope is allowed. A resource scope is not, without its resource: see {@link allowsOn}. */
  allows(scope: ScopeOf<A>): boolean
  /** Whether a resource scope is allowed on one resource. */
  allowsOn(scope: ScopeOf<A>, resource: ResourceRef<keyof LevelsOf<A> & string>): Promise<boolean>
  /** The lower of the key's level and the owner's level now, or `null` (A5). */
  levelOn<K extends keyof LevelsOf<A> & string>(type: K, id: string): Promise<LevelsOf<A>[K] | null>
  /**
   * A principal that reaches, of each type named, only the ids given. Narrowing again keeps what both leave: nothing
   * widens it (L6).
   *
   * @throws ScopeUnknown for a type that the model does not have: its misspelling would narrow nothing.
   */
  narrowTo(resources: { readonly [K in keyof LevelsOf<A>]?: readonly string[] }): Principal<A>
}

/** @internal */
export interface PrincipalParts {
  readonly access: Access
  readonly key: Key
  /** What the key was given, its roles included. */
  readonly granted: Rights
  readonly authority: Authority
}

/** Makes the principal of a verified key. */
export function createPrincipal(parts: PrincipalParts): Principal {
  freezeDeep(parts.key) // levels are read off its grants: a handler must not be able to raise them
  return narrowed(parts, new Map(), new Map())
}

function freezeDeep(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  Object.freeze(value)
  Object.values(value).forEach(freezeDeep)
}

function narrowed(
  parts: PrincipalParts,
  within: ReadonlyMap<string, ReadonlySet<string>>,
  asked: Map<string, Promise<unknown>>,
): Principal {
  const { access, key, granted, authority } = parts
  const global = lowerOf(granted, authority.rights)

  // One request asks for the same few scopes again and again; what is allowed was settled when the key was verified.
  const answers = new Map<string, boolean>()
  const allows = (scope: string): boolean => {
    if (!access.scopes.has(scope) || access.resourceScopes.has(scope)) return false
    const answer = answers.get(scope) ?? global.allows(scope)
    answers.set(scope, answer)
    return answer
  }

  const levelOn = async (typeName: string, id: string): Promise<string | null> => {
    const type = access.resources.get(typeName)
    if (type === undefined || typeof id !== 'string') return null
    if (within.get(typeName)?.has(id) === false) return null
    const grant = Object.hasOwn(key.grants.resources, typeName) ? key.grants.resources[typeName] : undefined
    const given = grantedLevel(type, grant, id)
    if (given === null) return null
    const question = JSON.stringify([typeName, id])
    let answer = asked.get(question)
    if (answer === undefined) {
      answer = Promise.resolve(authority.levelOn(typeName, id))
      asked.set(question, answer)
    }
    return lowerLevel(type, given, await answer)
  }

  const allowsOn = async (scope: string, resource: ResourceRef): Promise<boolean> => {
    const type = access.resources.get(resource.type)
    if (type === undefined || !access.resourceScopes.has(scope)) return false
    const level = await levelOn(resource.type, resource.id)
    return level !== null && type.scopesByLevel.get(level)?.has(scope) === true
  }

  return Object.freeze({
    key,
    owner: key.owner,
    organizationId: key.owner.type === 'user' ? key.owner.organizationId : key.owner.id,
    user: key.owner.type === 'user' ? Object.freeze({ id: key.owner.id }) : null,
    get scopes() {
      return [...access.scopes.keys()].filter(allows)
    },
    allows,
    allowsOn,
    levelOn,
    narrowTo: (resources: Readonly<Record<string, readonly string[] | undefined>>) => {
      const narrower = new Map(within)
      for (const [type, ids] of Object.entries(resources)) {
        if (!access.resources.has(type)) throw new ScopeUnknown('narrowTo', type)
        const before = within.get(type)
        narrower.set(type, new Set((ids ?? []).filter((id) => before?.has(id) ?? true)))
      }
      return narrowed(parts, narrower, asked)
    },
  })
}
