import type { Principal } from '../access/index.js'
import type { ChildMatch } from '../delegates/index.js'
import type { RateLimitVerdict } from '../limits/index.js'
import type { RequestUse } from '../rates/index.js'
import type { Found } from '../store/index.js'

/** What a presented token is to the key that was found for it. */
export type TokenMatch =
  | { readonly outcome: 'current'; readonly stale: boolean }
  /** The token before the last rotation, in its time of grace. */
  | { readonly outcome: 'previous' }
  /** The token before the last rotation, too late. */
  | { readonly outcome: 'superseded' }
  | { readonly outcome: 'mismatch' | 'misconfigured' }

/** A credential, and what it is to the key that was found. */
export interface Compared {
  readonly found: Found | null
  readonly match: TokenMatch | ChildMatch
}

/** A live key whose token was right, and whose limits admit the request. */
export interface Candidate {
  readonly found: Found
  readonly token: Principal['token']
  readonly child: Extract<ChildMatch, { outcome: 'delegate' }> | null
  readonly use: RequestUse
  readonly limited: RateLimitVerdict | null
}
