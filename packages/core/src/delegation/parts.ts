import type { Access } from '../access/index.js'
import type { DelegateTerms } from '../delegates/index.js'
import type { RequestLimits } from '../rates/index.js'
import type { KeyStore } from '../store/index.js'
import type { ResolveOwner } from '../verify/index.js'

/** What it takes to tell what an actor may give away. */
export interface DelegationParts {
  readonly access: Access
  readonly store: Pick<KeyStore, 'find'>
  readonly resolveOwner: ResolveOwner
  readonly rateLimits: Pick<RequestLimits, 'standard'>
  readonly allowKeyManagement: boolean
  /** How tokens are delegated; `null`: no token is. */
  readonly delegates: DelegateTerms | null
  /** The environment that a key belongs to now, by the one that is stored with it. */
  readonly environmentOf: ReadonlyMap<string | null, string | null>
  /** The scope that is the right to manage the keys of others; `null`: only whoever has everything has it. */
  readonly manageScope: string | null
}
