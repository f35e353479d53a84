/** The rights of a key on one resource type: one level on all resources, or a level for each id. Empty `levels` grant nothing. */
export type ResourceGrant =
  | { readonly mode: 'all'; readonly level: string }
  | { readonly mode: 'specific'; readonly levels: Readonly<Record<string, string>> }

/** The rights stored with a key. On each request they are limited to the current rights of the owner. */
export interface Grants {
  /** Scope patterns. `[]` grants nothing; `['*']` grants everything but sensitive scopes. */
  readonly scopes: readonly string[]
  /** Names of roles. Each verification looks up their scopes. */
  readonly roles: readonly string[]
  /** Grants by resource type. A missing type grants nothing. */
  readonly resources: Readonly<Record<string, ResourceGrant>>
}

/** One resource: its type in the access model, and its id in the host's data. */
export interface ResourceRef<Type extends string = string> {
  readonly type: Type
  readonly id: string
}
