/** The levels of each resource type: `{ board: 'read' | 'edit' }`. */
export type ResourceLevels = Readonly<Record<string, string>>

/** A scope of the catalog. */
export interface ScopeInfo {
  /** The sentence that people read when they choose scopes. */
  readonly description: string
  /** Whether a key's grants must name the scope: a wildcard does not cover it. */
  readonly sensitive: boolean
}

/** A resource type with its levels. */
export interface ResourceType {
  /** Lowest first. */
  readonly levels: readonly string[]
  /** The scopes of each level: its own, those of lower levels, and the scopes that these imply. */
  readonly scopesByLevel: ReadonlyMap<string, ReadonlySet<string>>
}

/** The scopes of a role: patterns, or a function that returns them for one organization. Each verification calls it. */
export type RoleScopes =
  | readonly string[]
  | ((organizationId: string) => readonly string[] | Promise<readonly string[]>)

/**
 * The access model of a product, checked and frozen. Create it with {@link defineAccess}.
 *
 * `S`, `P` and `R` are the names of scopes, presets and roles. `T` maps resource types to their levels.
 */
export interface Access<
  S extends string = string,
  P extends string = string,
  R extends string = string,
  T extends ResourceLevels = ResourceLevels,
> {
  /** The catalog: every scope by its name. */
  readonly scopes: ReadonlyMap<S, ScopeInfo>
  /** For each scope, the scopes that it implies directly. */
  readonly implies: Readonly<Record<string, readonly string[]>>
  /** For each scope, the scopes that imply it directly. */
  readonly impliedBy: Readonly<Record<string, readonly string[]>>
  /** The scopes of each preset. */
  readonly presets: ReadonlyMap<P, readonly string[]>
  /** The scopes of each role, or the function that looks them up. */
  readonly roles: ReadonlyMap<R, RoleScopes>
  /** The resource types by name. */
  readonly resources: ReadonlyMap<string, ResourceType>
  /** Scopes that are only allowed on a resource, never globally. */
  readonly resourceScopes: ReadonlySet<string>
  /** For the compiler only: always missing at run time. */
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

/** The name of a scope, or a wildcard over the catalog, such as `*`, `members.*` or `*.read`. */
export type ScopePattern<S extends string> = S | '*' | Prefix<S> | `*.${string}`
