/** What a key was given on one resource type. An empty `levels` gives nothing (SCOPE-10, C23). */
export type ResourceGrant =
  | { readonly mode: 'all'; readonly level: string }
  | { readonly mode: 'specific'; readonly levels: Readonly<Record<string, string>> }

/** What a key was given. Its rights are these, lowered to what its owner may do now. */
export interface Grants {
  /** Scope patterns; `[]` gives nothing, everything is written `['*']` (SCOPE-10). */
  readonly scopes: readonly string[]
  /** Names of roles, resolved at each verification. */
  readonly roles: readonly string[]
  /** By resource type. A type that is left out gives nothing. */
  readonly resources: Readonly<Record<string, ResourceGrant>>
}

/** One resource, named by its type and the host's own id. */
export interface ResourceRef<Type extends string = string> {
  readonly type: Type
  readonly id: string
}
