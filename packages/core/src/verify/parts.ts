import type { Access } from '../access/index.js'
import type { Spender } from '../budgets/index.js'
import type { KeyReader } from '../cache/index.js'
import type { Hasher, ImportSettings, TokenFormat } from '../crypto/index.js'
import type { DelegateParts } from '../delegates/index.js'
import type { FailedAttempts } from '../limits/index.js'
import type { Outages, PepperCheck } from '../outage/index.js'
import type { ProofParts } from '../proof/index.js'
import type { RequestLimits, RequestUse } from '../rates/index.js'
import type { KeyStore } from '../store/index.js'
import type { UsageBuffer } from '../usage/index.js'
import type { DeadlineLines } from '../values/index.js'
import type { KeyringEvent } from './events.js'
import type { ResolveOwner } from './owner-authority.js'
import type { Rehashes } from './rehashes.js'

/** What the way of a request needs. */
export interface VerifyParts extends DelegateParts, ProofParts {
  readonly access: Access
  /** What tokens look like. */
  readonly format: TokenFormat
  readonly environment: string | null
  /** The environment that a key belongs to now, by the one that is stored with it. */
  readonly environmentOf: ReadonlyMap<string | null, string | null>
  readonly hasher: Hasher
  readonly imports: ImportSettings | null
  /** Reads the key of a request; everything else asks the store. */
  readonly reader: KeyReader
  readonly store: Pick<KeyStore, 'replaceHash'>
  readonly resolveOwner: ResolveOwner
  readonly failedAttempts: FailedAttempts
  readonly rateLimits: RequestLimits
  readonly spender: Spender
  readonly usage: Pick<UsageBuffer, 'count' | 'countRefusal' | 'notePrevious'>
  /** The uses that requests which are still there have made of keys. */
  readonly uses: WeakMap<object, RequestUse>
  /** Scopes that keys were seen with: a new one is looked up in the catalog, once. */
  readonly seenScopes: Set<string>
  readonly verifyTimeoutMs: number
  /** What requests are waited for, by how long that is. */
  readonly deadlines: DeadlineLines
  readonly outages: Outages
  readonly peppers: PepperCheck
  /** Whose turn it is to renew a hash. */
  readonly rehashes: Rehashes
  readonly emit: (event: KeyringEvent) => void
  /** Keeps work that no answer waits for, until it settles; it must not reject. */
  readonly background: (work: Promise<unknown>) => void
}
