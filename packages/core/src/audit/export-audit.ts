import { checkNames, type NamesOf } from '../check/index.js'
import { liveActor, requireOfOrganization } from '../delegation/index.js'
import { InvalidInput, StoreUnavailable } from '../errors/index.js'
import { checkActor, checkContext, isOwnerWithin, type ManageOptions } from '../input/index.js'
import { wrapStoreErrors } from '../store/index.js'
import type { Actor, AuditRecord } from '../values/index.js'
import { type AuditFilter, filterNames, parseFilter } from './audit-filter.js'
import { asEscape, escapeMisleading, recordLine } from './audit-line.js'
import { loadLogStart } from './log-start.js'
import type { AuditParts } from './parts.js'

/** Selects the records to export, and their format. */
export interface ExportQuery extends AuditFilter {
  /** `jsonl`: one JSON object on each line. `csv`: RFC 4180, safe to open in a spreadsheet. */
  readonly format: 'jsonl' | 'csv'
}

const exportNames: NamesOf<ExportQuery> = { ...filterNames, format: true }
const pageSize = 500
const columns = 'seq,at,type,actorType,actorId,keyId,requestId,ip,userAgent,data,auditKeyId,hash'

/** See {@link AuditLog.export}. It reads and records nothing until the first line is requested. */
export async function* exportAudit(
  parts: AuditParts,
  query: ExportQuery,
  options: ManageOptions,
): AsyncGenerator<string, void, undefined> {
  const records = await beginExport(parts, query, options)
  if (query.format === 'csv') yield `${columns}\r\n`
  for await (const record of records) {
    yield query.format === 'csv' ? csvRow(cellsOf(record)) : recordLine(record)
  }
}

/**
 * Records an export, and returns its records: for whoever writes them in a form of their own.
 *
 * @throws what {@link AuditLog.export} throws.
 */
export async function beginExport(
  parts: AuditParts,
  query: ExportQuery,
  options: ManageOptions,
): Promise<AsyncIterable<AuditRecord>> {
  checkNames(query, exportNames, { Invalid: InvalidInput })
  const { store, auditKey } = parts
  const { format } = query
  if (format !== 'jsonl' && format !== 'csv') throw new InvalidInput('format', "'jsonl' or 'csv'")
  const filter = parseFilter(query)
  const { organizationId, keyId = null, type = null, actor: by = null, from, to } = filter
  // The log covers the whole organization, so a boundary of one owner is too narrow.
  if (!isOwnerWithin({ type: 'organization', id: organizationId }, options.within)) {
    throw new InvalidInput('organizationId', 'an organization that the option within contains')
  }
  const actor = await exporter(parts, organizationId, options)
  const context = checkContext(options)
  const span = { from: from?.toISOString() ?? null, to: to?.toISOString() ?? null }
  const asked = { format, keyId, type, actor: by === null ? null : { ...by }, ...span }
  const draft = { type: 'audit.exported' as const, actor, keyId: null, context, data: asked }
  await wrapStoreErrors(store.appendAudit(organizationId, [draft], auditKey))

  const { seq: last } = await wrapStoreErrors(store.auditHead(organizationId))
  return recordsUpTo(last, store, filter)
}

/**
 * The actor of an export, if it may export at all.
 *
 * @throws ScopeExceedsActor for a key that is not live, or not of the organization.
 */
export async function exporter(
  parts: Pick<AuditParts, 'store' | 'delegates'>,
  organizationId: string,
  options: Pick<ManageOptions, 'actor'>,
): Promise<Actor> {
  const live = await liveActor(parts, checkActor(options))
  requireOfOrganization(live, organizationId)
  return live.actor
}

/** Records that are added meanwhile belong to the next export, so that this one ends. */
async function* recordsUpTo(
  last: number,
  store: AuditParts['store'],
  filter: ReturnType<typeof parseFilter>,
): AsyncGenerator<AuditRecord, void, undefined> {
  let { seq: after } = await loadLogStart({ store }, filter.organizationId)
  for (;;) {
    const page = await wrapStoreErrors(store.listAudit({ ...filter, order: 'asc', after, limit: pageSize }))
    const start = await loadLogStart({ store }, filter.organizationId)
    if (start.seq > after) throw new StoreUnavailable({ message: prunedMeanwhile })
    for (const record of page) {
      if (record.seq > last) return
      yield record
    }
    const end = page.at(-1)
    if (end === undefined || page.length < pageSize) return
    after = end.seq
  }
}

const prunedMeanwhile = 'Records of this export were archived while it ran, and are not in it. Export the log again.'

function cellsOf(record: AuditRecord): readonly unknown[] {
  const { seq, at, type, actor, keyId, context, data, auditKeyId, hash } = record
  const { requestId, ip, userAgent } = context
  return [
    seq,
    at.toJSON(), // an invalid time gives null, and so an empty cell
    type,
    actor.type,
    actor.id,
    keyId,
    requestId,
    ip,
    userAgent,
    JSON.stringify(data),
    auditKeyId,
    hash,
  ]
}

/** A row of a CSV file, safe to open in a spreadsheet. `null` and `undefined` make an empty cell. */
export function csvRow(cells: readonly unknown[]): string {
  return `${cells.map((cell) => csvCell(String(cell ?? ''))).join(',')}\r\n`
}

/** Quotes a cell. An apostrophe stops spreadsheets from running a text as a formula. */
function csvCell(text: string): string {
  const safe = escapeMisleading(text).replace(startOfFormula, asEscape)
  return `"${(/^[=+\-@＝＋－＠]/.test(safe) ? `'${safe}` : safe).replaceAll('"', '""')}"`
}

// In some locales, spreadsheets split at semicolons, and ignore quotes that do not follow one.
const startOfFormula = /;(?=[\s"']*[=+\-@＝＋－＠])/g
