import type { StoredRotation } from '../rotations/index.js'
import { instantOf, wholeNumberOf } from './whole-number.js'

/** A schedule as a row of SQL tables has it. */
export interface RotationRow {
  key_id: string
  every_ms: number
  grace_ms: number
  due_at: number
  pending: string | null
  pending_previous_hash: string | null
  pending_since: number | null
  failures: number
  delivered_at: number | null
}

/** The row of a schedule. */
export function rotationRow(keyId: string, rotation: StoredRotation): RotationRow {
  const { everyMs, graceMs, dueAt, pending, deliveredAt, failures } = rotation
  return {
    key_id: keyId,
    every_ms: everyMs,
    grace_ms: graceMs,
    due_at: dueAt.getTime(),
    pending: pending?.sealed ?? null,
    pending_previous_hash: pending?.previousHash ?? null,
    pending_since: pending?.since.getTime() ?? null,
    failures,
    delivered_at: deliveredAt?.getTime() ?? null,
  }
}

/**
 * Reads a schedule from a row as a driver returns it.
 *
 * @throws Error when a column cannot be read: nothing is rotated by what is not known.
 */
export function parseRotationRow(row: Readonly<Record<string, unknown>>): StoredRotation {
  const sealed = row.pending
  return {
    everyMs: wholeNumberOf(row.every_ms, 'every_ms'),
    graceMs: wholeNumberOf(row.grace_ms, 'grace_ms'),
    dueAt: instantOf(row.due_at, 'due_at'),
    pending:
      sealed === null || sealed === undefined
        ? null
        : {
            sealed: String(sealed),
            previousHash: String(row.pending_previous_hash),
            since: instantOf(row.pending_since, 'pending_since'),
          },
    deliveredAt: row.delivered_at === null ? null : instantOf(row.delivered_at, 'delivered_at'),
    failures: wholeNumberOf(row.failures, 'failures'),
  }
}
