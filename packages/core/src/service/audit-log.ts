import { InvalidInput } from '../errors/index.js'
import { emptyChain, linkAudit } from '../store/index.js'
import type { AuditRecord, ToolCall } from '../values/index.js'
import { type AuditFilter, readFilter } from './audit-filter.js'
import { checkId } from './check-input.js'
import { readCursor, writeCursor } from './cursor.js'
import { type ExportQuery, exportAudit } from './export-audit.js'
import type { ManageOptions } from './manage-options.js'
import type { Settings } from './options.js'
import { reachStore } from './reach-store.js'
import { recordCall } from './record-call.js'

/** A page of them, newest first. */
export interface AuditListQuery extends AuditFilter {
  /** 1 to 100. @defaultValue 50 */
  readonly limit?: number | undefined
  /** The `nextCursor` of the page before. */
  readonly cursor?: string | null | undefined
}

/** A page of the audit log. */
export interface AuditPage {
  readonly records: readonly AuditRecord[]
  readonly nextCursor: string | null
}

/** A point of an organisation's chain. Kept elsewhere, it shows later whether the log before it was cut or rewritten. */
export interface AuditCheckpoint {
  readonly seq: number
  readonly hash: string
}

/** Options of `audit.verify`. */
export interface AuditVerifyQuery {
  readonly organizationId: string
  /** A checkpoint of an earlier check that was kept outside the database. */
  readonly checkpoint?: AuditCheckpoint | undefined
  /** Begins at the checkpoint in place of the beginning: for logs whose older part was archived. @defaultValue false */
  readonly sinceCheckpoint?: boolean | undefined
}

/**
 * What a check of the chain found. `missing`: a record was removed, or put elsewhere; `altered`: a record is not what it
 * was, or was never appended; `truncated`: the end was cut off; `rewritten`: the chain is whole, but ends otherwise than its
 * head says, or does not pass through the checkpoint.
 */
export type AuditVerdict =
  | { readonly ok: true; readonly checkpoint: AuditCheckpoint }
  | { readonly ok: false; readonly problem: 'missing' | 'altered' | 'truncated' | 'rewritten'; readonly seq: number }

/** The audit log of organisations. It is only ever added to. */
export interface AuditLog {
  /** @throws InvalidInput, naming the field; StoreUnavailable. */
  list(query: AuditListQuery): Promise<AuditPage>
  /**
   * Walks an organisation's chain (AUD-5). Finds edits, deletions, insertions and changes of order; that the end was cut off,
   * it finds by the head of the chain in the same database, and beyond doubt only by a checkpoint that was kept elsewhere.
   * The same goes for a chain that somebody rewrote whole, unless the keyring has an `auditKey`.
   *
   * @throws InvalidInput, naming the field; StoreUnavailable.
   */
  verify(query: AuditVerifyQuery): Promise<AuditVerdict>
  /** Gives all records, oldest first, as lines of JSON or CSV. The export is itself recorded, before its first line (AUD-9). */
  export(query: ExportQuery, options?: ManageOptions): AsyncIterable<string>
  /**
   * Adds a call of an MCP server's tool, as `onCall` of `createMcpAuth` gives it. Its texts are cut to 256 characters, and what
   * looks like a token in them is left out.
   *
   * Each record takes the lock of its organisation's chain for a moment. Where calls are many, choose those that matter, such
   * as refused ones: calls are counted as use without it (AUD-8).
   *
   * @throws InvalidInput, naming the field: `organizationId` for a person whom the host has signed in, who has none here.
   * @throws StoreUnavailable. The call itself was answered before.
   */
  recordCall(call: ToolCall, options?: Pick<ManageOptions, 'context'>): Promise<void>
}

/** Makes the log's methods. */
export function auditLog(settings: Settings): AuditLog {
  return Object.freeze({
    list: (query) => listAudit(settings, query),
    verify: (query) => verifyAudit(settings, query),
    export: (query, options = {}) => exportAudit(settings, query, options),
    recordCall: (call, options = {}) => recordCall(settings, call, options),
  } satisfies AuditLog)
}

async function listAudit(settings: Settings, query: AuditListQuery): Promise<AuditPage> {
  const { store } = settings
  const { limit = 50, cursor } = query
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > 100) {
    throw new InvalidInput('limit', 'a whole number from 1 to 100')
  }
  const after = cursor === undefined || cursor === null ? {} : { after: Number(readCursor(settings, 'audit', cursor)) }
  const found = await reachStore(store.listAudit({ ...readFilter(query), ...after, order: 'desc', limit: limit + 1 }))
  const records = found.slice(0, limit)
  const last = records.at(-1)
  return {
    records,
    nextCursor: found.length > limit && last !== undefined ? writeCursor(settings, 'audit', String(last.seq)) : null,
  }
}

async function verifyAudit({ store, auditKey }: Settings, query: AuditVerifyQuery): Promise<AuditVerdict> {
  const organizationId = checkId(query.organizationId, 'organizationId')
  const { sinceCheckpoint = false } = query
  if (sinceCheckpoint && query.checkpoint === undefined) {
    throw new InvalidInput('checkpoint', 'the checkpoint to begin at')
  }
  const checkpoint = query.checkpoint === undefined ? emptyChain : checkCheckpoint(query.checkpoint)
  // Read first: what is appended meanwhile lies beyond it.
  const head = await reachStore(store.auditHead(organizationId))
  if (head.seq < checkpoint.seq) return { ok: false, problem: 'truncated', seq: head.seq }

  let at: AuditCheckpoint = sinceCheckpoint ? checkpoint : emptyChain
  if (isOther(at, checkpoint)) return { ok: false, problem: 'rewritten', seq: at.seq }
  while (at.seq < head.seq) {
    // From the very first record on: one that was put before the beginning is none of ours.
    const after = at.seq === 0 ? {} : { after: at.seq }
    const page = await reachStore(store.listAudit({ organizationId, order: 'asc', ...after, limit: pageSize }))
    if (page.length === 0) return { ok: false, problem: 'truncated', seq: at.seq }
    for (const record of page) {
      if (record.seq > at.seq + 1) return { ok: false, problem: 'missing', seq: at.seq + 1 }
      if (!follows(record, at, auditKey)) return { ok: false, problem: 'altered', seq: record.seq }
      at = { seq: record.seq, hash: record.hash }
      if (isOther(at, checkpoint)) return { ok: false, problem: 'rewritten', seq: at.seq }
      if (at.seq === head.seq) break
    }
  }
  if (at.seq !== head.seq || at.hash !== head.hash) return { ok: false, problem: 'rewritten', seq: at.seq }

  const [last] = await reachStore(store.listAudit({ organizationId, order: 'desc', limit: 1 }))
  const headNow = await reachStore(store.auditHead(organizationId))
  // Whoever adds a record by hand leaves the head behind.
  if (last !== undefined && last.seq > headNow.seq) return { ok: false, problem: 'altered', seq: headNow.seq + 1 }
  return { ok: true, checkpoint: at }
}

const pageSize = 500

function checkCheckpoint(value: AuditCheckpoint): AuditCheckpoint {
  const { seq, hash } = value ?? {}
  if (!Number.isSafeInteger(seq) || seq < 0 || typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash)) {
    throw new InvalidInput('checkpoint', 'the checkpoint of an earlier check')
  }
  return { seq, hash }
}

function isOther(point: AuditCheckpoint, checkpoint: AuditCheckpoint): boolean {
  return point.seq === checkpoint.seq && point.hash !== checkpoint.hash
}

function follows(record: AuditRecord, before: AuditCheckpoint, auditKey: Uint8Array | undefined): boolean {
  try {
    const [expected] = linkAudit(before, record.organizationId, [record], record.at, auditKey)
    return expected?.seq === record.seq && expected.hash === record.hash
  } catch {
    // Such as a time that is none: nothing that was ever appended.
    return false
  }
}
