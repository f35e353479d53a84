import type { KeyReader } from '../cache/index.js'
import type { Hasher, ImportSettings, TokenFactory, TokenFormat } from '../crypto/index.js'
import type { DelegationParts } from '../delegation/index.js'
import type { PepperCheck } from '../outage/index.js'
import type { Plans } from '../plans/index.js'
import type { Bindable } from '../proof/index.js'
import type { AuditKey, StoreInTransaction } from '../store/index.js'
import type { AuditType } from '../values/index.js'
import type { KeyringEvent } from '../verify/index.js'
import type { RevealSettings } from './reveal-options.js'

/** What the way of a change needs. */
export interface ManageParts extends DelegationParts {
  readonly store: StoreInTransaction
  /** Told of each change. */
  readonly reader: Pick<KeyReader, 'changed'>
  readonly hasher: Hasher
  readonly imports: ImportSettings | null
  readonly reveal: RevealSettings | null
  readonly tokens: TokenFactory
  readonly format: TokenFormat
  readonly environment: string | null
  /** The namespace of each environment that may be issued. */
  readonly namespaceOf: ReadonlyMap<string | null, string>
  readonly plans: Plans
  /** Whether the store keeps what is spent of budgets. */
  readonly keepsBudgets: boolean
  /** What keys can be bound to here. */
  readonly bindable: Bindable
  readonly peppers: Pick<PepperCheck, 'run'>
  /** The key for new audit records. */
  readonly auditKey: AuditKey | undefined
  readonly emit: (event: KeyringEvent) => void
  /** Told of each change that was made, by its audit records. */
  readonly onChanged: (keyId: string, audit: readonly { readonly type: AuditType }[]) => void
}
