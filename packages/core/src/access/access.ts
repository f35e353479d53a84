/** The levels of each resource type: `{ board: 'read' | 'edit' }`. */
export type ResourceLevels = Readonly<Record<string, string>>

/** What a scope is called and whether it must be named to be granted. */
export interface ScopeInfo {
  readonly description: string
  /** A wildcard in a key's grants does not cover it: it must be named. */
  readonly sensitive: boolean
}

/** A resource type, ready to be asked. */
export interface ResourceType {
  /** Lowest first. */
  readonly levels: readonly string[]
  /** The scopes of each level: its own, those of the levels below, and what they imply. */
  readonly scopesByLevel: ReadonlyMap<string, ReadonlySet<string>>
}

/** What a role gives: patterns, or a function that looks them up for one organisation at each verification. */
export type RoleScopes =
  | readonly string[]
  | ((organizationId: string) => readonly string[] | Promise<readonly string[]>)

/**
 * The access model of a product: its catalogue, checked and frozen. Made by `defineAccess`.
 *
 * `S`, `P` and `R` are the names of scopes, presets and roles, `T` maps resource types to their levels.
 */
export interface Access<
  S extends string = string,
  P extends string = string,
  R extends string = string,
  T extends ResourceLevels = ResourceLevels,
> {
  readonly scopes: ReadonlyMap<S, ScopeInfo>
  readonly implies: Readonly<Record<string, readonly string[]>>
  readonly presets: ReadonlyMap<P, readonly string[]>
  readonly roles: ReadonlyMap<R, RoleScopes>
  readonly resources: ReadonlyMap<string, ResourceType>
  /** Scopes that are only ever allowed on a resource. */
  readonly resourceScopes: ReadonlySet<string>
  /** For each scope, those that give it when granted by name: itself and its impliers. */
  readonly impliers: ReadonlyMap<string, readonly string[]>
  /** The same for wildcards, which never reach or pass through a sensitive scope. */
  readonly openImpliers: ReadonlyMap<string, readonly string[]>
  /** Carries the types; never present at run time. */
  readonly types?: { readonly levels: T }
}

/** The names of an access model's scopes. */
export type ScopeOf<A extends Access> = A extends Access<infer S, string, string> ? S : never
/** The names of an access model's presets. */
export type PresetOf<A extends Access> = A extends Access<string, infer P, string> ? P : never
/** The names of an access model's roles. */
export type RoleOf<A extends Access> = A extends Access<string, string, infer R> ? R : never
/** The levels of an access model's resource types. */
export type LevelsOf<A extends Access> = A extends Access<string, string, string, infer T> ? T : never

type Prefix<S extends string> = S extends `${infer Head}.${infer Rest}`
  ? `${Head}.*` | (Rest extends `${string}.${string}` ? `${Head}.${Prefix<Rest>}` : never)
  : never

/** A scope's name, or a wildcard over the catalogue: `*`, `members.*`, `*.read`. */
export type ScopePattern<S extends string> = S | '*' | Prefix<S> | `*.${string}`
