import type { Actor, Key, KeyRecord, Owner, ResourceRef } from '../values/index.js'
import type { Access, LevelsOf, ScopeOf } from './access.js'
import type { Rights } from './kept-rights.js'

/** Levels by the ids of resources, as the host tells them: what is no level of the model is none. */
export type Levels = ReadonlyMap<string, unknown>

/** The current rights of the owner: to global scopes, and its level on each resource. */
export interface Authority {
  readonly rights: Rights
  /** The owner's levels on resources of one type, by id. Asked about each resource at most once for each principal. */
  levelsOn(type: string, ids: readonly string[]): Levels | Promise<Levels>
}

/** What a principal is made of. */
export interface PrincipalParts {
  readonly access: Access
  readonly record: KeyRecord
  /** When the record was read, by the store's clock. */
  readonly now: Date
  /** Makes what people and handlers see of the key. Called when they look. */
  readonly view: (record: KeyRecord, now: Date) => Key
  /** @defaultValue 'current' */
  readonly token?: 'current' | 'previous'
  /** What the key was given, its roles included; of a delegated token, what it was given of that. */
  readonly granted: Rights
  readonly authority: Authority
  /** Of a delegated token; left out for that of a key. */
  readonly delegation?: HeldDelegation
}

/** A delegated token, as a request came with it. */
export interface Delegation {
  /** The id of the token, for logs. */
  readonly id: string
  /** How many delegations lead from the key to it: 1 for one that the key itself made. */
  readonly depth: number
  /** When the token ends, or its key before it. */
  readonly expiresAt: Date
  /** For each of those delegations, the scope patterns that were given on. */
  readonly scopes: readonly (readonly string[])[]
  /** The resources that it reaches, by type: a type that is not named is not narrowed. */
  readonly resources: Readonly<Record<string, readonly string[]>>
}

/** The same, with what it allows at most. */
export interface HeldDelegation extends Delegation {
  readonly ceiling: Rights
}

/** The authenticated caller: an active key, its owner, and the rights that both have. */
export interface Principal<A extends Access = Access> {
  /** Without `lastUsedAt`, which `keyring.get` reads: a verification does not. */
  readonly key: Omit<Key, 'lastUsedAt'>
  /**
   * Which token of the key came: `'previous'` is the one before the last rotation, in its time of grace. It verifies, and manages
   * no keys.
   */
  readonly token: 'current' | 'previous'
  /**
   * Set where the request came with a token that was delegated by `keyring.delegate`: `principal.key` is then the key behind it, whose
   * grants say more than the token may do. It manages no keys.
   */
  readonly delegation: Delegation | null
  /** The key as the actor of a change: `keyring.disable(id, {}, { actor: principal.actor })`. */
  readonly actor: Actor
  readonly owner: Owner
  /** The organization of the owner, or the owner itself if it is an organization. */
  readonly organizationId: string
  /** The user that the key acts for; `null` for a key of an organization. */
  readonly user: { readonly id: string } | null
  /** The global scopes that both the key and its owner have now. */
  readonly scopes: readonly ScopeOf<A>[]
  /** Tests for a global scope. Always `false` for a resource scope: use {@link Principal.allowsOn}. */
  allows(scope: ScopeOf<A>): boolean
  /** Tests for a resource scope on one resource. Rejects if the owner's level cannot be looked up. */
  allowsOn(scope: ScopeOf<A>, resource: ResourceRef<keyof LevelsOf<A> & string>): Promise<boolean>
  /** Returns the lower of the key's level and the owner's current level; `null` if one has none. */
  levelOn<K extends keyof LevelsOf<A> & string>(type: K, id: string): Promise<LevelsOf<A>[K] | null>
  /**
   * Returns the levels on many resources, by id: those that {@link Principal.levelOn} would return one by one, without the
   * `null`s. The owner's are looked up in one call, and `allowsOn` asks for none of them again. Use it to filter a list.
   *
   * @example
   * ```ts
   * const levels = await principal.levelsOn('board', boards.map(({ id }) => id))
   * const visible = boards.filter(({ id }) => levels.has(id))
   * ```
   */
  levelsOn<K extends keyof LevelsOf<A> & string>(
    type: K,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, LevelsOf<A>[K]>>
  /**
   * Returns a principal that, for each type named, reaches only the resources with these ids. Narrowing again keeps only the
   * ids in both lists. A principal cannot be widened.
   *
   * @throws {@link ScopeUnknown} when the model does not have a type: ignoring a misspelt type would narrow nothing.
   */
  narrowTo(resources: { readonly [K in keyof LevelsOf<A>]?: readonly string[] }): Principal<A>
}
