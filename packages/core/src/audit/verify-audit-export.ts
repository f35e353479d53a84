import { checkNames, type NamesOf } from '../check/index.js'
import { InvalidInput } from '../errors/index.js'
import type { AuditCheckpoint } from '../store/index.js'
import { type AuditKeyRing, parseAuditKeys } from './audit-key-ring.js'
import { parseLine } from './audit-line.js'
import { type AuditFault, type AuditVerdict, chainCheck } from './chain-check.js'

/** The secret keys and the checkpoint for {@link verifyAuditExport}. */
export interface VerifyAuditExportOptions {
  /** A checkpoint that the export must pass through. @defaultValue none: a missing end is not found */
  readonly checkpoint?: AuditCheckpoint | undefined
  /** Whether the export begins after the checkpoint instead of at the first record. @defaultValue false */
  readonly sinceCheckpoint?: boolean | undefined
  /**
   * Requires the line with a checkpoint that ends each part of an archive: a part that was cut off is `truncated`. An export of
   * `audit.export` has no such line. @defaultValue false
   */
  readonly endsWithCheckpoint?: boolean | undefined
  /** The `auditKeys` of the keyring that wrote the log, with all keys that it ever had. @defaultValue none */
  readonly auditKeys?: AuditKeyRing | undefined
}

const exportCheckNames: NamesOf<VerifyAuditExportOptions> = {
  checkpoint: true,
  sinceCheckpoint: true,
  endsWithCheckpoint: true,
  auditKeys: true,
}

/**
 * Checks an exported audit log without access to its database. Create the export with `audit.export`, `format: 'jsonl'` and no
 * filter other than the organization. It checks what `keyring.prune` gave to an archive as well: one part, begun at the checkpoint
 * before it, or several parts of one organization in their order.
 *
 * @param lines - The lines in their order: the export itself, or a file read line by line. Empty lines are skipped.
 * @returns a verdict. On success, it has the last record as its checkpoint: keep it to check a later export.
 * @throws {@link InvalidInput} when `checkpoint`, `auditKeys` or `endsWithCheckpoint` is malformed.
 *
 * @example
 * ```ts
 * const lines = createInterface({ input: createReadStream('audit.jsonl') })
 * const verdict = await verifyAuditExport(lines, { auditKeys: { current: 'a1', keys: { a1: process.env.AUDIT_KEY } } })
 * if (!verdict.ok) console.error(`The log is ${verdict.problem} at record ${verdict.seq}.`)
 * ```
 */
export async function verifyAuditExport(
  lines: Iterable<string> | AsyncIterable<string>,
  options: VerifyAuditExportOptions = {},
): Promise<AuditVerdict> {
  checkNames(options, exportCheckNames, { Invalid: InvalidInput })
  const { endsWithCheckpoint = false } = options
  if (typeof endsWithCheckpoint !== 'boolean') throw new InvalidInput('endsWithCheckpoint', 'a boolean')
  const check = chainCheck({ ...options, auditKeys: parseAuditKeys(options.auditKeys, InvalidInput) })
  if (check.fault !== null) return check.fault
  let isEnded = false
  for await (const line of lines) {
    if (line.trim() === '') continue
    const parsed = parseLine(line)
    if (parsed === null) return { ok: false, problem: 'altered', seq: check.at.seq + 1 }
    const fault = 'end' in parsed ? faultOfEnd(parsed.end, check.at) : check.next(parsed.record)
    if (fault !== null) return fault
    isEnded = 'end' in parsed
  }
  if (check.at.seq < check.checkpoint.seq || (endsWithCheckpoint && !isEnded))
    return { ok: false, problem: 'truncated', seq: check.at.seq }
  return { ok: true, complete: true, checkpoint: check.at }
}

/** Each part of an archive ends with the checkpoint that it reaches. */
function faultOfEnd(end: AuditCheckpoint, at: AuditCheckpoint): AuditFault | null {
  if (end.seq > at.seq) return { ok: false, problem: 'missing', seq: at.seq + 1 }
  return end.seq === at.seq && end.hash === at.hash ? null : { ok: false, problem: 'rewritten', seq: at.seq }
}
