import type { Authority, OwnerLevels } from '../access/index.js'
import type { Owner } from '../values/index.js'

/** What the host says its owner may do now. What is left out gives nothing. */
export interface OwnerAuthority extends OwnerLevels {
  /** Scope patterns; `['*']` for everything. */
  readonly scopes?: readonly string[] | undefined
  /** Names of roles of the access model. */
  readonly roles?: readonly string[] | undefined
}

/**
 * Looks up what an owner may do now. `null`: suspended, removed, not a member. `undefined` is a fault, as an error is: a value that
 * got lost says nothing of the owner. `'uncapped'`, said aloud: a key's rights are its grants alone.
 */
export type ResolveOwner = 'uncapped' | ((owner: Owner) => OwnerAuthority | null | Promise<OwnerAuthority | null>)

/** An owner's authority, with what it consists of: for delegation, which compares sets and not single scopes. */
export interface OwnerRights extends Authority {
  /** The patterns of its scopes and roles. */
  readonly patterns: readonly string[]
  /** The roles that it has by name. */
  readonly roles: readonly string[]
}
