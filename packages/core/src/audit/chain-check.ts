import { checkNames, type NamesOf } from '../check/index.js'
import { InvalidInput } from '../errors/index.js'
import { type AuditCheckpoint, type AuditKey, emptyChain, isCheckpoint, linkAudit } from '../store/index.js'
import type { AuditRecord } from '../values/index.js'
import type { AuditKeys } from './audit-key-ring.js'

/**
 * The result of a check of an audit chain. `seq` is the number of the first wrong record; for `truncated` and `rewritten`, it is
 * the last record that was checked.
 *
 * - `missing`: a record was removed or moved.
 * - `altered`: a record was changed, was never appended by Keywright, or needs a key of `auditKeys` and has none.
 * - `unknown_key`: a record names a key that `auditKeys` lacks. Add the key and check again. Until then, the record may be forged:
 *   anyone can name a key.
 * - `truncated`: the end of the chain is missing.
 * - `rewritten`: the chain is consistent, but does not match its head or the checkpoint.
 * - `pruned`: the checkpoint is in the part of the log that `keyring.prune` has archived, up to record `seq`. Nothing is wrong with
 *   the log: check the archive with this checkpoint, and the log with the one at the end of the archive.
 */
export type AuditVerdict =
  | {
      readonly ok: true
      /** Whether the end was reached; `false` only with `limit`: go on with the checkpoint and `sinceCheckpoint`. */
      readonly complete: boolean
      readonly checkpoint: AuditCheckpoint
    }
  | { readonly ok: false; readonly problem: AuditProblem; readonly seq: number }

type AuditProblem = 'missing' | 'altered' | 'unknown_key' | 'truncated' | 'rewritten' | 'pruned'

/** A verdict that names a fault. */
export type AuditFault = Extract<AuditVerdict, { readonly ok: false }>

/** The beginning of a check, and the checkpoint that the chain must pass through. */
export interface ChainCheckOptions {
  /** The checkpoint that the chain must pass through. @defaultValue none */
  readonly checkpoint?: AuditCheckpoint | undefined
  /** Begins at the checkpoint instead of at `start`. @defaultValue false */
  readonly sinceCheckpoint?: boolean | undefined
  /** Where the chain begins. @defaultValue before the first record */
  readonly start?: AuditCheckpoint
  /** The keys that records may name. @defaultValue none: every record is under plain SHA-256 */
  readonly auditKeys?: AuditKeys | undefined
}

/** Checks a chain record by record. */
export interface ChainCheck {
  /** The last correct record. */
  readonly at: AuditCheckpoint
  /** The place that the chain must reach. */
  readonly checkpoint: AuditCheckpoint
  /** The fault of the checkpoint itself; `null` if it has none. */
  readonly fault: AuditFault | null
  /** Checks the next record. Returns its fault, or `null` if it is correct. */
  next(record: AuditRecord): AuditFault | null
}

const checkpointNames: NamesOf<AuditCheckpoint> = { seq: true, hash: true, keyed: true }

/** @throws {@link InvalidInput} when the checkpoint is malformed, or missing with `sinceCheckpoint`. */
export function chainCheck(options: ChainCheckOptions): ChainCheck {
  const { checkpoint: given, sinceCheckpoint = false, start = emptyChain, auditKeys } = options
  if (sinceCheckpoint && given === undefined) throw new InvalidInput('checkpoint', 'given with sinceCheckpoint')
  const checkpoint = given === undefined ? emptyChain : checkCheckpoint(given)
  let at: AuditCheckpoint = sinceCheckpoint && (checkpoint.seq > 0 || start.seq === 0) ? checkpoint : start
  const plainEnd = auditKeys === undefined ? Infinity : (auditKeys.plainUntil?.getTime() ?? -Infinity)
  const rewritten = () => (at.seq === checkpoint.seq && at.hash !== checkpoint.hash ? fault('rewritten', at.seq) : null)
  return {
    get at() {
      return at
    },
    checkpoint,
    fault: rewritten(),
    next: (record) => {
      const { seq, hash, auditKeyId } = record
      if (seq > at.seq + 1) return fault('missing', at.seq + 1)
      const key = auditKeyId === null ? undefined : auditKeys?.byId.get(auditKeyId)
      if (auditKeyId !== null && key === undefined) return fault('unknown_key', seq)
      // Once a record needed a key, those after it do, whatever their dates: an attacker can date them back.
      const needsKey = at.keyed === true || record.at.getTime() >= plainEnd
      if ((needsKey && key === undefined) || !follows(record, at, key)) return fault('altered', seq)
      at = { seq, hash, ...(needsKey ? { keyed: true } : {}) }
      return rewritten()
    },
  }
}

function fault(problem: AuditProblem, seq: number): AuditFault {
  return { ok: false, problem, seq }
}

function checkCheckpoint(value: AuditCheckpoint): AuditCheckpoint {
  checkNames(value, checkpointNames, { at: 'checkpoint', Invalid: InvalidInput })
  if (!isCheckpoint(value)) throw new InvalidInput('checkpoint', 'the checkpoint from an earlier check')
  const { seq, hash, keyed = false } = value
  return { seq, hash, ...(keyed ? { keyed } : {}) }
}

function follows(record: AuditRecord, before: AuditCheckpoint, key: AuditKey | undefined): boolean {
  try {
    const [expected] = linkAudit(before, record.organizationId, [record], record.at, key)
    return expected?.seq === record.seq && expected.hash === record.hash
  } catch {
    // For example, the record has an invalid time. Keywright never appends such a record.
    return false
  }
}
