import { checkNames, type NamesOf } from '../check/index.js'
import { InvalidInput } from '../errors/index.js'
import { checkManageOptions, type ManageOptions, type PageQuery, pageOf, parsePage } from '../input/index.js'
import { wrapStoreErrors } from '../store/index.js'
import type { AuditRecord, ToolCall } from '../values/index.js'
import { type AuditFilter, filterNames, parseFilter } from './audit-filter.js'
import type { AuditVerdict } from './chain-check.js'
import { type ExportQuery, exportAudit } from './export-audit.js'
import type { AuditParts } from './parts.js'
import { recordCall } from './record-call.js'
import { type AuditVerifyQuery, verifyAudit } from './verify-audit.js'

/** Selects a page of audit records, newest first. */
export interface AuditListQuery extends AuditFilter, PageQuery {}

const listNames: NamesOf<AuditListQuery> = { ...filterNames, limit: true, cursor: true }

/** A page of the audit log. */
export interface AuditPage {
  readonly records: readonly AuditRecord[]
  /** The `cursor` of the next page; `null` on the last page. */
  readonly nextCursor: string | null
}

/** The audit logs of all organizations. Records are only added, never changed. */
export interface AuditLog {
  /**
   * Returns a page of records, newest first.
   *
   * @throws {@link InvalidInput} when a field of the query is malformed.
   * @throws {@link StoreUnavailable} when the store does not answer.
   *
   * @example
   * ```ts
   * const { records, nextCursor } = await keyring.audit.list({ organizationId: 'acme', type: 'api_key.revoked' })
   * ```
   */
  list(query: AuditListQuery): Promise<AuditPage>
  /**
   * Checks an organization's chain. It finds changed, deleted, inserted and reordered records.
   *
   * The head of the chain, in the same database, shows whether the end was cut off. A person who can change the head can hide
   * that, or rewrite the whole chain if the keyring has no `auditKeys`. Only a checkpoint that you keep elsewhere finds this.
   *
   * A log whose first records `keyring.prune` has archived begins after them, if a record in it confirms that.
   *
   * @throws {@link InvalidInput} when a field of the query is malformed.
   * @throws {@link StoreUnavailable} when the store does not answer.
   *
   * @example
   * ```ts
   * const verdict = await keyring.audit.verify({ organizationId: 'acme', checkpoint: await readCheckpoint('acme') })
   * if (verdict.ok) await keepCheckpoint('acme', verdict.checkpoint)
   * else alarm(`The log of acme was ${verdict.problem} at record ${verdict.seq}.`)
   * ```
   */
  verify(query: AuditVerifyQuery): Promise<AuditVerdict>
  /**
   * Returns all records, oldest first, as lines of JSON or CSV. Before the first line, it adds a record of the export itself.
   *
   * @throws {@link InvalidInput} (while iterating) when a field of the query is malformed, or the organization is outside `within`.
   * @throws {@link ScopeExceedsActor} (while iterating) when the actor is a key that is not live, or not of the organization.
   * @throws {@link StoreUnavailable} (while iterating) when the store does not answer.
   *
   * @example
   * ```ts
   * const lines = keyring.audit.export({ organizationId: 'acme', format: 'csv' }, { actor: principal.actor })
   * for await (const line of lines) response.write(line)
   * ```
   */
  export(query: ExportQuery, options?: ManageOptions): AsyncIterable<string>
  /**
   * Adds a record of an MCP tool call, as `onCall` of `createMcpAuth` receives it. Strings are cut to 256 characters, and anything
   * that looks like a token is removed from them.
   *
   * Each record locks its organization's chain for a moment. If there are many calls, record only some, such as refused calls.
   * Usage is counted without these records.
   *
   * @throws {@link InvalidInput} when a field is malformed, or the call has no `organizationId`: the host's own login signed
   * its caller in.
   * @throws {@link StoreUnavailable} when the store does not answer. The tool call itself is not affected.
   *
   * @example
   * ```ts
   * const auth = createMcpAuth(keyring, {
   *   onCall: (call) => call.decision === 'denied' && keyring.audit.recordCall(call).catch(console.error),
   * })
   * ```
   */
  recordCall(call: ToolCall, options?: Pick<ManageOptions, 'context'>): Promise<void>
}

/** Creates the methods of the audit log. */
export function auditLog(parts: AuditParts): AuditLog {
  return Object.freeze({
    list: async (query) => listAudit(parts, query),
    verify: async (query) => verifyAudit(parts, query),
    export: (query, options = {}) => exportAudit(parts, query, checkManageOptions(options)),
    recordCall: async (call, options = {}) => recordCall(parts, call, checkManageOptions(options)),
  } satisfies AuditLog)
}

function readPlace(place: string): number {
  const seq = Number(place)
  if (/^\d{1,16}$/.test(place) && Number.isSafeInteger(seq)) return seq
  throw new InvalidInput('cursor', 'the nextCursor of an earlier page of this list')
}

async function listAudit(parts: AuditParts, query: AuditListQuery): Promise<AuditPage> {
  checkNames(query, listNames, { Invalid: InvalidInput })
  const page = parsePage(parts, 'audit', query)
  const after = page.place === null ? {} : { after: readPlace(page.place) }
  const found = await wrapStoreErrors(
    parts.store.listAudit({ ...parseFilter(query), ...after, order: 'desc', limit: page.limit + 1 }),
  )
  return pageOf(parts, 'audit', found, page, ({ seq }) => String(seq))
}
