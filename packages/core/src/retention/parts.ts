import type { AuditParts } from '../audit/index.js'
import type { KeyStore, StoreRetention } from '../store/index.js'
import type { Actor, AuditContext } from '../values/index.js'
import type { PruneProgress } from './prune-query.js'

/** What `prune` needs. */
export interface RetentionParts extends Pick<AuditParts, 'auditKey' | 'auditKeys'> {
  readonly store: Pick<KeyStore, 'now' | 'listAudit' | 'auditHead' | 'retention'>
}

/** A prune that runs. */
export interface Pruning extends RetentionParts {
  readonly retention: StoreRetention
  /** The store's clock when it began. */
  readonly now: Date
  readonly actor: Actor
  readonly context: AuditContext
  readonly tell: (progress: PruneProgress) => void
}
