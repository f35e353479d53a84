import type { NoticeKind, StoredNotice } from '../notices/index.js'
import { instantOf, wholeNumberOf } from './whole-number.js'

/** A notice as a row of SQL tables has it. */
export interface NoticeRow {
  key_id: string
  kind: string
  organization_id: string
  /** The end of the key, or its last use; 0: it was never used. */
  about: number
  days: number
  at: number
  /** From when on a run may give it to the host; `null`: never. */
  next_at: number | null
  /** The run that has it. */
  claim: string | null
}

/** The row of a notice that was just told. */
export function noticeRow(notice: StoredNotice, isHanded: boolean): NoticeRow {
  const { keyId, organizationId, kind, about, days, at } = notice
  return {
    key_id: keyId,
    kind,
    organization_id: organizationId,
    about: about?.getTime() ?? 0,
    days,
    at: at.getTime(),
    next_at: isHanded ? at.getTime() : null,
    claim: null,
  }
}

/**
 * Reads a notice from a row as a driver returns it.
 *
 * @throws Error when a column cannot be read.
 */
export function parseNoticeRow(row: Readonly<Record<string, unknown>>): StoredNotice {
  return {
    keyId: String(row.key_id),
    organizationId: String(row.organization_id),
    kind: row.kind as NoticeKind, // by which it was looked for, or which only a telling writes
    about: noticeAboutOf(row.about),
    days: wholeNumberOf(row.days, 'days'),
    at: instantOf(row.at, 'at'),
  }
}

/** Reads what a notice is about. */
export function noticeAboutOf(value: unknown): Date | null {
  const about = instantOf(value, 'about')
  return about.getTime() === 0 ? null : about
}
