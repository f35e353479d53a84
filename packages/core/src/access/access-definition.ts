import type { ScopePattern } from './access.js'

/** The level names of each resource type, as keys. TypeScript infers keys, but not a union. */
export type LevelNames = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** The access model of a product, as its developers write it for {@link defineAccess}. */
export interface AccessDefinition<S extends string, P extends string, R extends string, L extends LevelNames> {
  /**
   * The catalog: each scope with the sentence that people read. A `sensitive` scope must be named in a key's grants: a wildcard
   * does not cover it.
   */
  readonly scopes: Readonly<Record<S, string | { readonly description: string; readonly sensitive?: boolean }>>
  /** For each scope, the scopes that it also grants. Transitive. Cycles and wildcards are errors. @defaultValue none */
  readonly implies?: { readonly [K in NoInfer<S>]?: readonly NoInfer<S>[] }
  /** Named scope sets to choose from when a key is created. Later changes do not affect existing keys. @defaultValue none */
  readonly presets?: Readonly<Record<P, readonly ScopePattern<NoInfer<S>>[]>>
  /**
   * Named scope sets that each verification looks up, so that a change applies to existing keys. A function receives the
   * organization's id. @defaultValue none
   */
  readonly roles?: Readonly<
    Record<
      R,
      readonly ScopePattern<NoInfer<S>>[] | ((organizationId: string) => readonly string[] | Promise<readonly string[]>)
    >
  >
  /**
   * Resource types with their levels, lowest first, and the scopes that each level allows on one resource. A level includes
   * the scopes of the levels below it. @defaultValue none
   */
  readonly resources?: {
    readonly [K in keyof L]: { readonly levels: { readonly [N in keyof L[K]]: readonly NoInfer<S>[] } }
  }
}
