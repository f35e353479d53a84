import { checkNames, type NamesOf, wholeNumber } from '../check/index.js'
import { InvalidInput, InvalidOptions, InvalidState } from '../errors/index.js'
import { type ChangeOptions, checkKeyId, inputLimits, isWithin, type KeyBoundary } from '../input/index.js'
import { changeKey } from '../manage/index.js'
import type { RotationSchedule, StoredRotation } from '../rotations/index.js'
import { type KeyStore, wrapStoreErrors } from '../store/index.js'
import type { DueParts } from './parts.js'

/** The schedule of a key, and how far its rotation is. */
export interface Rotation extends RotationSchedule {
  /** When the key gets its next token; while one waits to be delivered, when that is tried next. */
  readonly nextAt: Date
  /** When the last token that the schedule made was delivered; `null`: none was yet. */
  readonly lastDeliveredAt: Date | null
  /** Since when a new token waits to be delivered; `null`: none does. */
  readonly pendingSince: Date | null
  /** How many attempts to deliver it have failed. */
  readonly failures: number
}

const scheduleNames: NamesOf<RotationSchedule> = { everyMs: true, graceMs: true }

/** See `Keyring.scheduleRotation`. */
export async function scheduleRotation(
  parts: DueParts,
  id: string,
  given: RotationSchedule | null,
  options: ChangeOptions,
): Promise<Rotation | null> {
  const schedule = readSchedule(given)
  requireRotations(parts)
  let written: StoredRotation | null = null
  await changeKey(
    parts,
    id,
    options,
    (record, { now, rotation = null }) => {
      if (record.status !== 'active' && record.status !== 'disabled')
        throw new InvalidState(record.id, record.status, 'schedule rotations of')
      written = rotation
      const [before, after] = [describe(rotation), describe(schedule)]
      if (JSON.stringify(before) === JSON.stringify(after)) return null
      // Without a schedule, nobody would deliver the new token, and nobody end the old one.
      if (schedule === null && rotation?.pending != null)
        throw new InvalidState(record.id, 'delivery_pending', 'end the rotations of')
      written = schedule === null ? null : scheduled(schedule, rotation, now)
      return { write: {}, audit: [{ type: 'api_key.rotation_scheduled', data: { before, after } }], rotation: written }
    },
    { withRotation: true },
  )
  return toRotation(written)
}

/** See `Keyring.rotationOf`. */
export async function rotationOf(
  parts: DueParts,
  id: string,
  within: KeyBoundary | undefined,
): Promise<Rotation | null> {
  const keyId = checkKeyId(parts.format, id)
  const rotations = requireRotations(parts)
  const found = await wrapStoreErrors(parts.store.find(keyId))
  if (found === null || !isWithin(found.record, within)) return null
  return toRotation(await wrapStoreErrors(rotations.find(keyId)))
}

/** @throws InvalidOptions where there is nobody to deliver, or nothing to keep schedules. */
export function requireRotations({ rotation, store }: DueParts): NonNullable<KeyStore['rotations']> {
  if (rotation === null) {
    const message = 'Option rotation must say where new tokens go: rotation: { deliver, sealer }.'
    throw new InvalidOptions('rotation', 'where new tokens go', message)
  }
  if (store.rotations !== undefined) return store.rotations
  const message = 'Option store must be one that keeps schedules, such as kyselyStore(db): this one has no rotations.'
  throw new InvalidOptions('store', 'a key store with rotations', message)
}

/** A rotation that goes on keeps its place. */
function scheduled(schedule: RotationSchedule, rotation: StoredRotation | null, now: Date): StoredRotation {
  if (rotation?.pending != null) return { ...rotation, ...schedule }
  const dueAt = new Date(now.getTime() + schedule.everyMs)
  return { ...schedule, dueAt, pending: null, deliveredAt: rotation?.deliveredAt ?? null, failures: 0 }
}

function describe(schedule: RotationSchedule | null): { everyMs: number; graceMs: number } | null {
  return schedule === null ? null : { everyMs: schedule.everyMs, graceMs: schedule.graceMs }
}

function readSchedule(given: RotationSchedule | null): RotationSchedule | null {
  if (given === null) return null
  checkNames(given, scheduleNames, { at: 'schedule', Invalid: InvalidInput })
  const { rotationEveryMs, graceMs } = inputLimits
  const everyMs = wholeNumber(given.everyMs, 'schedule.everyMs', { ...rotationEveryMs, Invalid: InvalidInput })
  const grace = { ...graceMs, most: Math.min(graceMs.most, everyMs - 1), Invalid: InvalidInput }
  return { everyMs, graceMs: wholeNumber(given.graceMs, 'schedule.graceMs', grace) }
}

function toRotation(stored: StoredRotation | null): Rotation | null {
  if (stored === null) return null
  const { everyMs, graceMs, dueAt, pending, deliveredAt, failures } = stored
  const lastDeliveredAt = deliveredAt === null ? null : new Date(deliveredAt)
  const pendingSince = pending === null ? null : new Date(pending.since)
  return Object.freeze({ everyMs, graceMs, nextAt: new Date(dueAt), lastDeliveredAt, pendingSince, failures })
}
