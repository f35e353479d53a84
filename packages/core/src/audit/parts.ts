import type { Hasher, TokenFormat } from '../crypto/index.js'
import type { DelegateTerms } from '../delegates/index.js'
import type { AuditKey, KeyStore } from '../store/index.js'
import type { AuditKeys } from './audit-key-ring.js'

/** What the log needs. */
export interface AuditParts {
  readonly store: Pick<KeyStore, 'find' | 'listAudit' | 'appendAudit' | 'auditHead' | 'retention'>
  /** How tokens are delegated: who has a delegated one exports nothing. */
  readonly delegates: DelegateTerms | null
  /** The key for new records. */
  readonly auditKey: AuditKey | undefined
  /** The keys that records may name. */
  readonly auditKeys: AuditKeys | undefined
  /** Signs cursors. */
  readonly hasher: Hasher
  /** The format of tokens, so that none is stored in a record. */
  readonly format: TokenFormat
}
