import type { Actor, Owner, ResourceRef } from '../values/index.js'
import { fixedClass, freezeDeep } from '../values/index.js'
import type { Access } from './access.js'
import { grantedLevel, highestWithin, lowerLevel } from './level.js'
import type { Delegation, Levels, Principal, PrincipalParts } from './principal.js'
import { unknownName } from './unknown-name.js'

/** Creates the principal of a verified key. */
export function createPrincipal(parts: PrincipalParts): Principal {
  const { delegation } = parts
  if (delegation === undefined) return new FixedPrincipal(parts, noBoundary, null)
  return new FixedPrincipal(
    parts,
    new Map(Object.entries(delegation.resources).map(([type, ids]) => [type, new Set(ids)])),
    null,
  )
}

/** What a principal of this package was made of, and what it is narrowed to; `null`: it was not made here. */
export function heldBy(principal: unknown): { readonly parts: PrincipalParts; readonly within: Boundary } | null {
  return KeyPrincipal.held(principal)
}

/** What a principal is made of, and those that were narrowed from it; `null` for what is no principal. */
export function partsOf(principal: unknown): PrincipalParts | null {
  return KeyPrincipal.held(principal)?.parts ?? null
}

/** Tests whether both the key and its owner have a global scope. */
export function allowsGlobally({ access, granted, authority }: PrincipalParts, scope: string): boolean {
  return (
    access.scopes.has(scope) &&
    !access.resourceScopes.has(scope) &&
    granted.allows(scope) &&
    authority.rights.allows(scope)
  )
}

/** The ids of a type that a principal is narrowed to. */
type Boundary = ReadonlyMap<string, ReadonlySet<string>>

/** The answers to what the owner's levels are, by type and id. */
type Asked = Map<string, Map<string, Promise<Levels>>>

/**
 * Whatever a request does not ask for is not made, since each request makes a principal. All that it knows is private: nothing
 * that a handler does to it, or to what it gave, changes what it allows.
 */
class KeyPrincipal implements Principal {
  readonly #parts: PrincipalParts
  readonly #within: Boundary
  /** Shared by the principals that were narrowed from one. */
  #asked: Asked | null
  #key: Principal['key'] | null = null

  constructor(parts: PrincipalParts, within: Boundary, asked: Asked | null) {
    this.#parts = parts
    this.#within = within
    this.#asked = asked
    Object.freeze(this)
  }

  static held(principal: unknown): ReturnType<typeof heldBy> {
    if (typeof principal !== 'object' || principal === null || !(#parts in principal)) return null
    return { parts: principal.#parts, within: principal.#within }
  }

  get key(): Principal['key'] {
    if (this.#key !== null) return this.#key
    const { view, record, now } = this.#parts
    const { lastUsedAt: _, ...key } = view(record, now)
    this.#key = Object.freeze(key)
    return this.#key
  }

  get token(): 'current' | 'previous' {
    return this.#parts.token ?? 'current'
  }

  get delegation(): Delegation | null {
    const { delegation } = this.#parts
    if (delegation === undefined) return null
    const { ceiling: _, expiresAt, ...rest } = delegation
    return Object.freeze({ ...freezeDeep(rest), expiresAt: new Date(expiresAt) })
  }

  get actor(): Actor {
    const token = this.#parts.delegation === undefined ? this.token : 'delegate'
    return Object.freeze({ type: 'key', id: this.#parts.record.id, token })
  }

  get owner(): Owner {
    return freezeDeep(this.#parts.record.owner)
  }

  get organizationId(): string {
    const { owner } = this.#parts.record
    return owner.type === 'user' ? owner.organizationId : owner.id
  }

  get user(): { readonly id: string } | null {
    const { owner } = this.#parts.record
    return owner.type === 'user' ? Object.freeze({ id: owner.id }) : null
  }

  get scopes(): string[] {
    return [...this.#parts.access.scopes.keys()].filter((scope) => allowsGlobally(this.#parts, scope))
  }

  // Functions of their own, which may be passed on without the principal: `names.filter(principal.allows)`.
  get allows(): Principal['allows'] {
    return (scope) => allowsGlobally(this.#parts, scope)
  }

  get allowsOn(): Principal['allowsOn'] {
    return (scope, resource) => this.#allowsOn(scope, resource)
  }

  get levelOn(): Principal['levelOn'] {
    return (type: string, id: string) => this.#levelOn(type, id)
  }

  get levelsOn(): Principal['levelsOn'] {
    return (type: string, ids: readonly string[]) => this.#levelsOn(type, ids)
  }

  get narrowTo(): Principal['narrowTo'] {
    return (resources) => this.#narrowTo(resources)
  }

  async #allowsOn(scope: string, resource: ResourceRef): Promise<boolean> {
    const { resources, resourceScopes } = this.#parts.access
    const type = resources.get(resource.type)
    if (type === undefined || !resourceScopes.has(scope)) return false
    if (this.#parts.delegation?.ceiling.allows(scope) === false) return false
    const level = (await this.#wholeLevelsOn(resource.type, [resource.id])).get(resource.id)
    return level !== undefined && type.scopesByLevel.get(level)?.has(scope) === true
  }

  async #levelOn(type: string, id: string): Promise<string | null> {
    return (await this.#levelsOn(type, [id])).get(id) ?? null
  }

  /** The levels that a delegated token has whole: it may have single scopes of a higher one. */
  async #levelsOn(typeName: string, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const levels = await this.#wholeLevelsOn(typeName, ids)
    const { access, delegation } = this.#parts
    const type = access.resources.get(typeName)
    if (delegation === undefined || type === undefined) return levels
    const lowered = [...levels].map(([id, level]) => [id, highestWithin(type, level, delegation.ceiling)] as const)
    return new Map(lowered.flatMap(([id, level]) => (level === null ? [] : [[id, level]])))
  }

  async #wholeLevelsOn(typeName: string, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const { access, record } = this.#parts
    const type = access.resources.get(typeName)
    const levels = new Map<string, string>()
    if (type === undefined) return levels
    const { resources } = record.grants
    const grant = Object.hasOwn(resources, typeName) ? resources[typeName] : undefined
    const reach = this.#within.get(typeName)
    for (const id of ids) {
      const given = typeof id === 'string' && reach?.has(id) !== false ? grantedLevel(type, grant, id) : null
      if (given !== null) levels.set(id, given)
    }
    const answers = this.#ask(typeName, [...levels.keys()])
    for (const [id, given] of levels) {
      const level = lowerLevel(type, given, (await answers.get(id))?.get(id))
      if (level === null) levels.delete(id)
      else levels.set(id, level)
    }
    return levels
  }

  /** The owner's levels on resources of a type: of those that nobody asked for yet, in one call. */
  #ask(type: string, ids: readonly string[]): ReadonlyMap<string, Promise<Levels>> {
    this.#asked ??= new Map()
    const answers = this.#asked.get(type) ?? new Map<string, Promise<Levels>>()
    this.#asked.set(type, answers)
    const open = ids.filter((id) => !answers.has(id))
    if (open.length > 0) {
      const answer = Promise.resolve(this.#parts.authority.levelsOn(type, open))
      answer.catch(() => {}) // an earlier answer may fail first, and then nobody waits for this one
      for (const id of open) answers.set(id, answer)
    }
    return answers
  }

  #narrowTo(resources: Readonly<Record<string, readonly string[] | undefined>>): Principal {
    const narrower = new Map(this.#within)
    for (const [type, ids] of Object.entries(resources)) {
      if (!this.#parts.access.resources.has(type))
        throw unknownName('narrowTo', type, this.#parts.access.resources.keys())
      const before = this.#within.get(type)
      narrower.set(type, new Set((ids ?? []).filter((id) => before?.has(id) ?? true)))
    }
    this.#asked ??= new Map()
    return new KeyPrincipal(this.#parts, narrower, this.#asked)
  }

  /** What a log shows of it. */
  toJSON(): object {
    const { key, token, delegation, actor, owner, organizationId, user, scopes } = this
    return { key, token, ...(delegation === null ? {} : { delegation }), actor, owner, organizationId, user, scopes }
  }

  [Symbol.for('nodejs.util.inspect.custom')](): object {
    return this.toJSON()
  }
}

const noBoundary: Boundary = new Map()
const FixedPrincipal = /* @__PURE__ */ fixedClass(KeyPrincipal) // principals of other requests share what it has

/** Tests whether a principal may use a scope: a resource scope is checked on `resource`, any other scope globally. */
export async function isAllowed(
  { resourceScopes }: Access,
  principal: Pick<Principal, 'allows' | 'allowsOn'>,
  scope: string,
  resource: ResourceRef | null,
): Promise<boolean> {
  if (resource !== null && resourceScopes.has(scope)) return principal.allowsOn(scope, resource)
  return principal.allows(scope)
}
