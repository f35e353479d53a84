import { RequestRepeated } from '../errors/index.js'
import { type AuditDraft, type AuditRecord, copyOf, type KeyRecord } from '../values/index.js'
import type { AuditQuery, ChangeRequest, KeyQuery, KeyStore, KeyUse, Once, QuotaScope } from './key-store.js'
import { countsTowardsLimit, firstRecentHour, isExpired, isPast, isSameOwner, organizationOf } from './lifetime.js'
import { emptyChain, linkAudit } from './link-audit.js'

/** Options of {@link memoryStore}. */
export interface MemoryStoreOptions {
  /** The store's clock. @defaultValue the process's clock */
  readonly now?: () => Date
}

/**
 * Keeps keys in this process's memory: for tests and first steps. Everything is lost when the process ends, and other
 * processes see none of it.
 */
export function memoryStore(options: MemoryStoreOptions = {}): KeyStore {
  const clock = options.now ?? (() => new Date())
  const keys = new Map<string, KeyRecord>()
  const chains = new Map<string, AuditRecord[]>()
  const uses = new Map<string, KeyUse>()
  const batches = new Set<string>()
  const requests = new Map<string, { readonly fingerprint: string; readonly keyId: string; readonly at: Date }>()

  const used = (quota: QuotaScope | null, except: string, now: Date): number => {
    if (quota === null) return 0
    let count = 0
    for (const record of keys.values()) {
      if (record.id !== except && isCounted(record, quota) && countsTowardsLimit(record, now)) count += 1
    }
    return count
  }
  const append = (organizationId: string, drafts: readonly AuditDraft[], at: Date, auditKey?: Uint8Array): void => {
    const chain = chains.get(organizationId) ?? []
    const head = chain.at(-1) ?? emptyChain
    chains.set(organizationId, [...chain, ...linkAudit(head, organizationId, drafts, at, auditKey)])
  }
  const refuseRepeated = (once: Once | undefined, now: Date): void => {
    const known = once === undefined ? undefined : requests.get(once.id)
    if (known === undefined || now.getTime() - known.at.getTime() > requestMemoryMs) return
    const { fingerprint, keyId, at } = known
    throw new RequestRepeated({ keyId, isSame: fingerprint === once?.fingerprint, at, now })
  }
  const remember = (once: Once | undefined, keyId: string, at: Date): void => {
    if (once === undefined) return
    for (const [id, known] of requests) {
      if (at.getTime() - known.at.getTime() <= requestMemoryMs) break // oldest first
      requests.delete(id)
    }
    requests.delete(once.id)
    requests.set(once.id, { fingerprint: once.fingerprint, keyId, at })
  }
  const isTaken = (id: string, digest: string | null): boolean =>
    keys.has(id) || (digest !== null && [...keys.values()].some((record) => record.lookupDigest === digest))

  // Each method runs from its first line to its last without giving way: that makes it atomic.
  return {
    async find(id) {
      const record = keys.get(id)
      return record === undefined ? null : { record: copyOf(record), now: clock() }
    },

    async findByLookupDigest(digests) {
      for (const record of keys.values()) {
        if (record.lookupDigest !== null && digests.includes(record.lookupDigest)) {
          return { record: copyOf(record), now: clock() }
        }
      }
      return null
    },

    async now() {
      return clock()
    },

    async insert({ id, organizationId, quota, auditKey, once, decide }) {
      const now = clock()
      refuseRepeated(once, now)
      const { write, audit } = decide({ now, used: used(quota, id, now) })
      if (isTaken(id, write.lookupDigest)) return null
      const record: KeyRecord = copyOf({
        ...write,
        status: 'active',
        createdAt: now,
        updatedAt: now,
        disabledAt: null,
        revokedAt: null,
        revokedReason: null,
        deletedAt: null,
        lastUsedAt: null,
        version: 1,
        damaged: [],
      })
      // First: what has no canonical form throws, and leaves no change without its record (AUD-2).
      append(organizationId, audit, now, auditKey)
      keys.set(id, record)
      remember(once, id, now)
      return copyOf(record)
    },

    async change(id, { quota, auditKey, once, decide }: ChangeRequest) {
      const record = keys.get(id)
      if (record === undefined) return null
      const now = clock()
      refuseRepeated(once, now)
      const decision = decide(copyOf(record), { now, used: used(quota, id, now) })
      if (decision === null) return { record: copyOf(record), now }
      const writes = Object.keys(decision.write).length > 0
      const changed: KeyRecord = copyOf({
        ...record,
        ...decision.write,
        ...(writes ? { updatedAt: now, version: record.version + 1 } : {}),
      })
      append(organizationOf(record.owner), decision.audit, now, auditKey)
      keys.set(id, changed)
      remember(once, id, now)
      return { record: copyOf(changed), now }
    },

    async replaceHash(id, from, to) {
      const record = keys.get(id)
      if (record === undefined || record.hash !== from.hash || record.lookupDigest !== from.lookupDigest) return false
      keys.set(id, { ...record, hash: to.hash, lookupDigest: to.lookupDigest })
      return true
    },

    async list(query) {
      const now = clock()
      const records = [...keys.values()].filter((record) => isListed(record, query, now)).sort(inOrder(query))
      return { records: copyOf(records.slice(0, query.limit)), now }
    },

    async listAudit(query) {
      const asked = (chains.get(query.organizationId) ?? []).filter((record) => isAsked(record, query))
      if (query.order === 'desc') asked.reverse()
      return copyOf(asked.slice(0, query.limit))
    },

    async appendAudit(organizationId, drafts, auditKey) {
      append(organizationId, drafts, clock(), auditKey)
    },

    async auditHead(organizationId) {
      const { seq, hash } = chains.get(organizationId)?.at(-1) ?? emptyChain
      return { seq, hash }
    },

    async recordUse(batchId, added) {
      if (batches.has(batchId)) return
      batches.add(batchId)
      for (const use of added) {
        const bucket = JSON.stringify([use.keyId, use.hour.getTime()])
        const before = uses.get(bucket)
        uses.set(bucket, {
          ...copyOf(use),
          count: (before?.count ?? 0) + use.count,
          lastUsedAt: later(before?.lastUsedAt ?? null, use.lastUsedAt),
        })
        const record = keys.get(use.keyId)
        if (record !== undefined) {
          keys.set(use.keyId, { ...record, lastUsedAt: later(record.lastUsedAt, use.lastUsedAt) })
        }
      }
    },

    async listUse({ organizationId, keyId, from, to }) {
      const counts = new Map<number, number>()
      for (const use of uses.values()) {
        if (use.organizationId !== organizationId || (keyId !== undefined && use.keyId !== keyId)) continue
        if (use.hour < from || use.hour >= to) continue
        counts.set(use.hour.getTime(), (counts.get(use.hour.getTime()) ?? 0) + use.count)
      }
      return [...counts].sort(([a], [b]) => a - b).map(([hour, count]) => ({ hour: new Date(hour), count }))
    },

    async stats(organizationId) {
      const now = clock()
      const own = [...keys.values()].filter((record) => organizationOf(record.owner) === organizationId)
      const ownUses = [...uses.values()].filter((use) => use.organizationId === organizationId)
      const count = (status: string) => own.filter((record) => shownStatus(record, now) === status).length
      return {
        created: own.length,
        active: count('active'),
        disabled: count('disabled'),
        expired: count('expired'),
        revoked: count('revoked'),
        recentUses: ownUses.filter(({ hour }) => hour >= firstRecentHour(now)).reduce((sum, use) => sum + use.count, 0),
        lastUsedAt: own.reduce<Date | null>((last, record) => laterOf(last, record.lastUsedAt), null),
      }
    },

    async inspect({ hashes, seals }) {
      const now = clock()
      const isUnreadable = (text: string | null, prefixes: readonly string[]) =>
        text !== null && !prefixes.some((prefix) => text.startsWith(prefix))
      const inGrace = ({ previousHashExpiresAt: end }: KeyRecord) => end !== null && !isPast(end, now)
      const hasUnreadableHash = (record: KeyRecord) =>
        isUnreadable(record.hash, hashes) || (inGrace(record) && isUnreadable(record.previousHash, hashes))
      const records = [...keys.values()]
      return {
        now,
        schemaProblem: null,
        unreadableHashes: records.filter(hasUnreadableHash).length,
        unreadableSeals: records.filter(({ sealed }) => isUnreadable(sealed, seals)).length,
      }
    },
  }
}

/** For how long a request is recognised when it comes again. */
const requestMemoryMs = 86_400_000

function isAsked(record: AuditRecord, { keyId, type, actor, from, to, order, after }: AuditQuery): boolean {
  if (after !== undefined && (order === 'asc' ? record.seq <= after : record.seq >= after)) return false
  if (keyId !== undefined && record.keyId !== keyId) return false
  if (type !== undefined && record.type !== type) return false
  if (actor !== undefined && (record.actor.type !== actor.type || record.actor.id !== actor.id)) return false
  return (from === undefined || record.at >= from) && (to === undefined || record.at < to)
}

function later(a: Date | null, b: Date): Date {
  return a === null || a < b ? b : a
}

function laterOf(a: Date | null, b: Date | null): Date | null {
  return b === null ? a : later(a, b)
}

function isCounted(record: KeyRecord, quota: QuotaScope): boolean {
  if ('owner' in quota) return isSameOwner(record.owner, quota.owner)
  return organizationOf(record.owner) === quota.organizationId
}

function isListed(record: KeyRecord, query: KeyQuery, now: Date): boolean {
  if (record.status === 'deleted') return false
  if (query.organizationId !== undefined && organizationOf(record.owner) !== query.organizationId) return false
  if (query.owner !== undefined && !isSameOwner(record.owner, query.owner)) return false
  if (query.after !== undefined && inOrder(query)(record, query.after) <= 0) return false
  return query.status === undefined || shownStatus(record, now) === query.status
}

function shownStatus(record: KeyRecord, now: Date): string {
  return record.status === 'active' && isExpired(record, now) ? 'expired' : record.status
}

type Place = Pick<KeyRecord, 'createdAt' | 'id'>

function inOrder({ order = 'desc' }: KeyQuery): (a: Place, b: Place) => number {
  return order === 'desc' ? newestFirst : (a, b) => newestFirst(b, a)
}

function newestFirst(a: Place, b: Place): number {
  const byTime = b.createdAt.getTime() - a.createdAt.getTime()
  if (byTime !== 0) return byTime
  return a.id < b.id ? 1 : a.id > b.id ? -1 : 0
}
