import { unprintable } from '../input/index.js'
import { type AuditCheckpoint, isCheckpoint } from '../store/index.js'
import { type AuditRecord, isRecord } from '../values/index.js'

// Line breaks, terminal sequences and bidirectional characters could mislead a reader of the file.
const misleading = /* @__PURE__ */ new RegExp(unprintable, 'gu')

/** A record as a line of JSON. */
export function recordLine(record: AuditRecord): string {
  return `${escapeMisleading(JSON.stringify(record))}\n`
}

/** The line after the last record of an archive, by which an archive that was cut off is told from a whole one. */
export function checkpointLine(checkpoint: AuditCheckpoint): string {
  return `${JSON.stringify({ checkpoint })}\n`
}

/** What a line of an export or an archive holds; `null`: neither of both. */
export function parseLine(line: string): { readonly record: AuditRecord } | { readonly end: AuditCheckpoint } | null {
  try {
    const value: unknown = JSON.parse(line)
    if (!isRecord(value)) return null
    if (Object.keys(value).join() === 'checkpoint')
      return isCheckpoint(value.checkpoint) ? { end: value.checkpoint } : null
    if (typeof value.at !== 'string' || !isRecord(value.context) || !isRecord(value.actor)) return null
    const { auditKeyId = null } = value // older exports lack the field
    return { record: { ...value, auditKeyId, at: new Date(value.at) } as unknown as AuditRecord } // a wrong field gives a wrong hash, which the chain check finds
  } catch {
    return null
  }
}

/** Writes misleading characters as escapes. */
export function escapeMisleading(text: string): string {
  return text.replace(misleading, asEscape)
}

/** Writes each unit of a text as an escape. */
export function asEscape(character: string): string {
  return [...Array(character.length).keys()]
    .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
    .join('')
}
