import { RequestRepeated } from '../errors/index.js'
import {
  type ChangeRequest,
  countsTowardsLimit,
  isSameOwner,
  type KeyStore,
  type Once,
  organizationOf,
  type QuotaScope,
  requestMemoryMs,
} from '../store/index.js'
import type { KeyRecord } from '../values/index.js'
import { appendRecords } from './audit.js'
import { fixedCopy } from './fixed-copy.js'
import { type MemoryState, withLastUse } from './state.js'

/** The methods of a memory store that change keys. */
export function memoryChanges(state: MemoryState): Pick<KeyStore, 'insert' | 'change' | 'replaceHash' | 'checkValue'> {
  const { clock, keys, checks } = state
  return {
    async insert({ id, organizationId, quota, auditKey, once, decide }) {
      const now = clock()
      refuseRepeated(state, once, now)
      const { write, audit } = decide({ now, used: countUsed(state, quota, id, now) })
      if (isTaken(state, id, write.lookupDigest)) return null
      const record: KeyRecord = fixedCopy({
        ...write,
        status: 'active',
        createdAt: write.createdAt ?? now,
        updatedAt: now,
        disabledAt: null,
        disabledBy: null,
        disabledReason: null,
        locked: false,
        revokedAt: null,
        revokedReason: null,
        deletedAt: null,
        lastUsedAt: null,
        version: 1,
        damaged: [],
      })
      // Before the change: a record without a canonical form throws, and the change must not stand without its record.
      appendRecords(state, organizationId, audit, now, auditKey)
      keys.set(id, record)
      remember(state, once, id, now)
      return record
    },

    async change(id, { quota, auditKey, once, decide, withRotation = false }: ChangeRequest) {
      const record = keys.get(id)
      if (record === undefined) return null
      const now = clock()
      refuseRepeated(state, once, now)
      const rotation = withRotation ? { rotation: state.rotations.get(id) ?? null } : {}
      const decision = decide(record, { now, used: countUsed(state, quota, id, now), ...rotation })
      if (decision === null) return { record: withLastUse(state, record), now }
      const writes = Object.keys(decision.write).length > 0
      const changed: KeyRecord = fixedCopy({
        ...record,
        ...decision.write,
        ...(writes ? { updatedAt: now, version: record.version + 1 } : {}),
      })
      appendRecords(state, organizationOf(record.owner), decision.audit, now, auditKey)
      keys.set(id, changed)
      const { rotation: next } = decision
      if (withRotation && next === null) state.rotations.delete(id)
      else if (withRotation && next !== undefined && next !== null) state.rotations.set(id, fixedCopy(next))
      remember(state, once, id, now)
      return { record: withLastUse(state, changed), now }
    },

    async replaceHash(id, from, to) {
      const record = keys.get(id)
      if (record === undefined || record.hash !== from.hash || record.lookupDigest !== from.lookupDigest) return false
      keys.set(id, Object.freeze({ ...record, hash: to.hash, lookupDigest: to.lookupDigest }))
      return true
    },

    async checkValue(name, value) {
      const kept = checks.get(name) ?? value
      checks.set(name, kept)
      return kept
    },
  }
}

/** Counts the keys of a quota without the key `except`. */
function countUsed({ keys }: MemoryState, quota: QuotaScope | null, except: string, now: Date): number {
  if (quota === null) return 0
  let count = 0
  for (const record of keys.values()) {
    if (record.id !== except && isCounted(record, quota) && countsTowardsLimit(record, now)) count += 1
  }
  return count
}

function isCounted(record: KeyRecord, quota: QuotaScope): boolean {
  if ('owner' in quota) return isSameOwner(record.owner, quota.owner)
  return organizationOf(record.owner) === quota.organizationId
}

export function refuseRepeated({ requests }: MemoryState, once: Once | undefined, now: Date): void {
  const known = once === undefined ? undefined : requests.get(once.id)
  if (known === undefined || now.getTime() - known.at.getTime() > requestMemoryMs) return
  const { fingerprint, keyId, at } = known
  throw new RequestRepeated({ keyId, isSame: fingerprint === once?.fingerprint, at, now })
}

export function remember({ requests }: MemoryState, once: Once | undefined, keyId: string, at: Date): void {
  if (once === undefined) return
  for (const [id, known] of requests) {
    if (at.getTime() - known.at.getTime() <= requestMemoryMs) break // oldest first
    requests.delete(id)
  }
  requests.delete(once.id)
  requests.set(once.id, { fingerprint: once.fingerprint, keyId, at })
}

function isTaken({ keys }: MemoryState, id: string, digest: string | null): boolean {
  return keys.has(id) || (digest !== null && [...keys.values()].some((record) => record.lookupDigest === digest))
}
