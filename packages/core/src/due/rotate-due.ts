import { formatToken, previewOf, type SealContext, Secret } from '../crypto/index.js'
import { sealToken } from '../manage/index.js'
import { inTimeOf } from '../outage/index.js'
import { breaksPolicy, type KeyPolicy } from '../policy/index.js'
import { heldUntilMs, isHeld, type PendingToken, type StoredRotation } from '../rotations/index.js'
import {
  type ChangeRequest,
  dayMs,
  type Found,
  isExpired,
  isPast,
  organizationOf,
  toKey,
  wrapStoreErrors,
} from '../store/index.js'
import type { AuditDraft, KeyRecord } from '../values/index.js'
import type { DueParts } from './parts.js'
import type { RotationOptions } from './rotation-options.js'
import { requireRotations } from './schedule-rotation.js'

/*
 * A rotation by schedule has three changes of the key, each one transaction with the schedule:
 *
 * 1. begin: the key gets a new token, and the old one works without an end. The new one is kept, sealed.
 * 2. The host's function is given the new token. If that fails, or the process ends anywhere here, a later run gives it the same one.
 * 3. confirm: the old token works for its grace from now on. What was sealed is erased.
 *
 * So at each moment, the client's token works: the old one until after the new one is delivered, and the new one before that. While a run
 * has a rotation, no other run takes it, until its lease is over.
 */

/** How much longer than a call of the host's function a run may need to write down what became of it. */
const spareMs = 60_000
const firstPauseMs = 60_000
const longestPauseMs = 3_600_000
const atOnce = 20
const actor = { type: 'system', id: 'rotation' } as const

/** What became of rotations in a run. */
export interface RotationCounts {
  readonly rotated: number
  readonly delivered: number
  readonly undelivered: number
}

type Counts = { -readonly [K in keyof RotationCounts]: number }
/** The most that a trial counts. */
const mostCounted = 10_000

/** Counts what is due, up to 10,000. */
export async function countRotations(parts: DueParts): Promise<RotationCounts> {
  const due = await wrapStoreErrors(requireRotations(parts).due(mostCounted))
  return { rotated: due.length, delivered: 0, undelivered: 0 }
}

/** Rotates the keys that are due, and delivers what was not delivered yet. */
export async function rotateDue(
  parts: DueParts,
  settings: RotationOptions,
  tell: (step: 'delivered') => void,
): Promise<RotationCounts> {
  const kept = requireRotations(parts)
  const counts: Counts = { rotated: 0, delivered: 0, undelivered: 0 }
  const seen = new Set<string>()
  for (;;) {
    // One that fails each time must not keep the others from their turn.
    const due = await wrapStoreErrors(kept.due(atOnce + seen.size))
    const fresh = due.filter((id) => !seen.has(id))
    for (const id of fresh) {
      seen.add(id)
      const { delivered } = counts
      await rotateOne(parts, settings, id, counts)
      if (counts.delivered > delivered) tell('delivered')
    }
    if (fresh.length === 0) return counts
  }
}

async function rotateOne(parts: DueParts, settings: RotationOptions, id: string, counts: Counts): Promise<void> {
  const begun = await begin(parts, settings, id)
  if (begun === null) return
  if (begun.isNew) counts.rotated += 1
  const { found, pending, failures } = begun
  try {
    const token = await settings.sealer.open(pending.sealed, contextOf(found.record))
    const delivery = {
      key: toKey(found.record, found.now),
      token: new Secret(token),
      id: `${id}.${pending.since.getTime()}`,
      attempt: failures + 1,
    }
    await inTimeOf(parts.manageTimeoutMs)('rotation.deliver', async () => settings.deliver(Object.freeze(delivery)))
  } catch (error) {
    counts.undelivered += 1
    await postpone(parts, id, pending)
    parts.emit({ type: 'api_key.delivery_failed', keyId: id, attempts: failures + 1, error })
    return
  }
  await confirm(parts, id, pending)
  counts.delivered += 1
}

interface Begun {
  readonly found: Found
  readonly pending: PendingToken
  readonly failures: number
  /** Whether the token was made now, and not by an earlier run. */
  readonly isNew: boolean
}

/** Gives the key a new token, or takes over one that waits to be delivered; `null`: there is nothing to do, or another run does it. */
async function begin(parts: DueParts, settings: RotationOptions, id: string): Promise<Begun | null> {
  const seen = await wrapStoreErrors(parts.store.find(id))
  if (seen === null) return null
  const token = await makeToken(parts, settings, seen.record)
  const leaseMs = parts.manageTimeoutMs + spareMs
  let made: Omit<Begun, 'found'> | null = null
  const found = await change(parts, id, (record, { now, rotation }) => {
    made = null
    if (rotation == null || rotation.dueAt > now) return null
    const next = whatIsNext(record, rotation, now)
    if (next !== 'rotate' && next !== 'deliver') return { write: {}, audit: [], rotation: next }
    const dueAt = new Date(now.getTime() + leaseMs)
    if (next === 'deliver' && rotation.pending !== null) {
      made = { pending: rotation.pending, failures: rotation.failures, isNew: false }
      return { write: {}, audit: [], rotation: { ...rotation, dueAt } }
    }
    if (token === null || record.hash === null || record.environment !== seen.record.environment) return null
    const { sealedForDelivery, policy, ...write } = token
    // As a rotation by hand is refused: it may meet its policy later.
    if (policy !== null && breaksPolicy(record, policy))
      return { write: {}, audit: [], rotation: { ...rotation, dueAt: new Date(now.getTime() + dayMs) } }
    const pending = { sealed: sealedForDelivery, previousHash: record.hash, since: now }
    made = { pending, failures: 0, isNew: true }
    const held = new Date(heldUntilMs)
    return {
      write: { ...write, previousHash: record.hash, previousHashExpiresAt: held },
      audit: [audit(record.id, 'api_key.rotated', { previousTokenExpiresAt: held.toISOString(), scheduled: true })],
      rotation: { ...rotation, dueAt, pending, failures: 0 },
    }
  })
  return found === null || made === null ? null : { ...(made as Omit<Begun, 'found'>), found } // written by decide
}

/** What is to be done for a key whose schedule is due: a step, or the schedule to write; `null`: it is removed. */
function whatIsNext(
  record: KeyRecord,
  rotation: StoredRotation,
  now: Date,
): 'rotate' | 'deliver' | StoredRotation | null {
  const { status, previousHash, previousHashExpiresAt: graceEnd } = record
  if (status === 'revoked' || status === 'deleted') return null
  // It may work again.
  if (status !== 'active' || record.damaged.length > 0 || isExpired(record, now))
    return { ...rotation, dueAt: new Date(now.getTime() + dayMs) }
  if (rotation.pending !== null) {
    if (rotation.pending.previousHash === previousHash) return 'deliver'
    // Somebody has rotated it since, without a grace: that token is theirs to deliver.
    return { ...rotation, pending: null, failures: 0, dueAt: new Date(now.getTime() + rotation.everyMs) }
  }
  // No time of grace is cut short.
  if (previousHash !== null && graceEnd !== null && !isPast(graceEnd, now)) return { ...rotation, dueAt: graceEnd }
  return 'rotate'
}

interface NewToken extends Pick<KeyRecord, 'hash' | 'sealed' | 'environment' | 'preview'> {
  readonly sealedForDelivery: string
  readonly policy: KeyPolicy | null
}

/** The new token has the format of today, whatever the one before had. `null`: its environment is not known here. */
async function makeToken(parts: DueParts, { sealer }: RotationOptions, record: KeyRecord): Promise<NewToken | null> {
  const { id } = record
  const environment = parts.environmentOf.get(record.environment)
  const namespace = environment === undefined ? undefined : parts.namespaceOf.get(environment)
  if (environment === undefined || namespace === undefined) return null
  await wrapStoreErrors(parts.peppers.run())
  const token = formatToken({ namespace, id, secret: parts.tokens.newSecret() })
  const organizationId = organizationOf(record.owner)
  const policy = parts.plans.holdPolicy ? (await parts.plans.of(organizationId)).policy : null
  return {
    policy,
    hash: await parts.hasher.hash({ id, token }),
    sealed: await sealToken(parts, { id, environment, organizationId }, token),
    environment,
    preview: previewOf(namespace, id),
    sealedForDelivery: await sealer.seal(token, contextOf(record)),
  }
}

function contextOf({ id, owner }: KeyRecord): SealContext {
  return { purpose: 'apikey-rotation/v1', tenant: organizationOf(owner), id }
}

/** The new token is delivered: from now on, the old one has its grace. */
async function confirm(parts: DueParts, id: string, pending: PendingToken): Promise<void> {
  await change(parts, id, (record, { now, rotation }) => {
    if (rotation?.pending?.sealed !== pending.sealed) return null
    const dueAt = new Date(Math.max(now.getTime(), pending.since.getTime() + rotation.everyMs))
    const done = { ...rotation, pending: null, deliveredAt: now, failures: 0, dueAt }
    // What somebody has ended meanwhile, such as a token that leaked, must not live again.
    if (record.previousHash !== pending.previousHash || !isHeld(record.previousHashExpiresAt))
      return { write: {}, audit: [], rotation: done }
    const until = new Date(now.getTime() + rotation.graceMs)
    return {
      write: { previousHashExpiresAt: rotation.graceMs === 0 ? null : until },
      audit: [audit(record.id, 'api_key.delivered', { previousTokenExpiresAt: until.toISOString() })],
      rotation: done,
    }
  })
}

/** It was not delivered: another run tries it, later each time. */
async function postpone(parts: DueParts, id: string, pending: PendingToken): Promise<void> {
  await change(parts, id, (_, { now, rotation }) => {
    if (rotation?.pending?.sealed !== pending.sealed) return null
    const pauseMs = Math.min(firstPauseMs * 2 ** Math.min(rotation.failures, 10), longestPauseMs)
    const dueAt = new Date(now.getTime() + pauseMs)
    return { write: {}, audit: [], rotation: { ...rotation, dueAt, failures: rotation.failures + 1 } }
  })
}

async function change(parts: DueParts, id: string, decide: ChangeRequest['decide']): Promise<Found | null> {
  let made: readonly AuditDraft[] = []
  const found = await wrapStoreErrors(
    parts.store.change(id, {
      quota: null,
      auditKey: parts.auditKey,
      withRotation: true,
      decide: (record, context) => {
        const decision = decide(record, context)
        made = decision?.audit ?? []
        return decision
      },
    }),
  ).finally(() => parts.reader.changed(id)) // whatever came of it: it may have been committed
  parts.onChanged(id, made)
  return found
}

function audit(keyId: string, type: AuditDraft['type'], data: AuditDraft['data']): AuditDraft {
  return { type, actor, keyId, context: {}, data }
}
