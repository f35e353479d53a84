import { InvalidInput } from '../errors/index.js'
import type { AuditRecord } from '../values/index.js'
import { type AuditFilter, readFilter } from './audit-filter.js'
import { checkActor, checkContext, isOwnerWithin, type ManageOptions } from './manage-options.js'
import type { Settings } from './options.js'
import { reachStore } from './reach-store.js'

/** What to export, and how. */
export interface ExportQuery extends AuditFilter {
  /** `jsonl`: a JSON object a line. `csv`: as RFC 4180, safe to open in a spreadsheet. */
  readonly format: 'jsonl' | 'csv'
}

const pageSize = 500
const columns = ['seq', 'at', 'type', 'actorType', 'actorId', 'keyId', 'requestId', 'ip', 'userAgent', 'data', 'hash']

/** See `AuditLog.export`. Nothing is read or recorded until the first line is asked for. */
export async function* exportAudit(
  { store, auditKey }: Settings,
  query: ExportQuery,
  options: ManageOptions,
): AsyncGenerator<string, void, undefined> {
  const { format } = query
  if (format !== 'jsonl' && format !== 'csv') throw new InvalidInput('format', "'jsonl' or 'csv'")
  const filter = readFilter(query)
  const { organizationId, keyId = null, type = null, actor: by = null, from, to } = filter
  // A log is an organisation's: it lies within no narrower bounds.
  if (!isOwnerWithin({ type: 'organization', id: organizationId }, options.within)) {
    throw new InvalidInput('organizationId', 'an organisation within the bounds of this call')
  }
  const actor = checkActor(options)
  const context = checkContext(options)
  const span = { from: from?.toISOString() ?? null, to: to?.toISOString() ?? null }
  const asked = { format, keyId, type, actor: by === null ? null : { ...by }, ...span }
  const draft = { type: 'audit.exported' as const, actor, keyId: null, context, data: asked }
  await reachStore(store.appendAudit(organizationId, [draft], auditKey))

  const { seq: last } = await reachStore(store.auditHead(organizationId))
  if (format === 'csv') yield `${columns.join(',')}\r\n`
  let after = 0
  for (;;) {
    const page = await reachStore(store.listAudit({ ...filter, order: 'asc', after, limit: pageSize }))
    for (const record of page) {
      // What is added meanwhile is for the next export: this one ends.
      if (record.seq > last) return
      yield format === 'csv' ? csvLine(record) : `${JSON.stringify(record).replace(unprintable, asEscape)}\n`
    }
    const end = page.at(-1)
    if (end === undefined || page.length < pageSize) return
    after = end.seq
  }
}

function csvLine(record: AuditRecord): string {
  const { seq, at, type, actor, keyId, context, data, hash } = record
  const { requestId, ip, userAgent } = context
  const cells = [
    seq,
    at.toJSON(), // nothing, for a time that somebody made unreadable
    type,
    actor.type,
    actor.id,
    keyId,
    requestId,
    ip,
    userAgent,
    JSON.stringify(data),
    hash,
  ]
  return `${cells.map((cell) => csvCell(String(cell ?? ''))).join(',')}\r\n`
}

/** Quotes a cell; the apostrophe keeps a spreadsheet from taking a name for a formula (MGMT-8). */
function csvCell(text: string): string {
  const safe = text.replace(unprintable, asEscape).replace(startOfFormula, asEscape)
  return `"${(/^[=+\-@＝＋－＠]/.test(safe) ? `'${safe}` : safe).replaceAll('"', '""')}"`
}

// Where spreadsheets take the semicolon for the separator, quotes that do not follow one protect nothing.
const startOfFormula = /;(?=[\s"']*[=+\-@＝＋－＠])/g

// Line breaks, terminal sequences and characters that turn the direction of text, for every reader of the file (AUD-7).
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

function asEscape(character: string): string {
  return [...Array(character.length).keys()]
    .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
    .join('')
}
