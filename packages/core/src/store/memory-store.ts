import type { AuditDraft, AuditRecord, KeyRecord, Owner } from '../values/index.js'
import type { ChangeRequest, KeyQuery, KeyStore, QuotaScope } from './key-store.js'
import { countsTowardsLimit, isExpired, organizationOf } from './lifetime.js'
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

  const used = (quota: QuotaScope | null, except: string, now: Date): number => {
    if (quota === null) return 0
    let count = 0
    for (const record of keys.values()) {
      if (record.id !== except && isCounted(record, quota) && countsTowardsLimit(record, now)) count += 1
    }
    return count
  }
  const append = (organizationId: string, drafts: readonly AuditDraft[], at: Date): void => {
    const chain = chains.get(organizationId) ?? []
    chains.set(organizationId, [...chain, ...linkAudit(chain.at(-1) ?? emptyChain, organizationId, drafts, at)])
  }
  const isTaken = (id: string, digest: string | null): boolean =>
    keys.has(id) || (digest !== null && [...keys.values()].some((record) => record.lookupDigest === digest))

  // Each method runs from its first line to its last without giving way: that makes it atomic.
  return {
    async find(id) {
      const record = keys.get(id)
      return record === undefined ? null : { record: structuredClone(record), now: clock() }
    },

    async findByLookupDigest(digests) {
      for (const record of keys.values()) {
        if (record.lookupDigest !== null && digests.includes(record.lookupDigest)) {
          return { record: structuredClone(record), now: clock() }
        }
      }
      return null
    },

    async now() {
      return clock()
    },

    async insert({ id, organizationId, quota, decide }) {
      const now = clock()
      const { write, audit } = decide({ now, used: used(quota, id, now) })
      if (isTaken(id, write.lookupDigest)) return null
      const record: KeyRecord = structuredClone({
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
      append(organizationId, audit, now)
      keys.set(id, record)
      return structuredClone(record)
    },

    async change(id, { quota, decide }: ChangeRequest) {
      const record = keys.get(id)
      if (record === undefined) return null
      const now = clock()
      const decision = decide(structuredClone(record), { now, used: used(quota, id, now) })
      if (decision === null) return { record: structuredClone(record), now }
      const changed = structuredClone({ ...record, ...decision.write, updatedAt: now, version: record.version + 1 })
      append(organizationOf(record.owner), decision.audit, now)
      keys.set(id, changed)
      return { record: structuredClone(changed), now }
    },

    async replaceHash(id, from, to) {
      const record = keys.get(id)
      if (record === undefined || record.hash !== from.hash || record.lookupDigest !== from.lookupDigest) return false
      keys.set(id, { ...record, hash: to.hash, lookupDigest: to.lookupDigest })
      return true
    },

    async list(query) {
      const now = clock()
      const records = [...keys.values()].filter((record) => isListed(record, query, now)).sort(newestFirst)
      return { records: structuredClone(records.slice(0, query.limit)), now }
    },

    async listAudit({ organizationId, keyId, afterSeq, limit }) {
      const chain = chains.get(organizationId) ?? []
      const asked = chain.filter((record) => record.seq > afterSeq && (keyId === undefined || record.keyId === keyId))
      return structuredClone(asked.slice(0, limit))
    },
  }
}

function isCounted(record: KeyRecord, quota: QuotaScope): boolean {
  if ('owner' in quota) return isSameOwner(record.owner, quota.owner)
  return organizationOf(record.owner) === quota.organizationId
}

function isSameOwner(a: Owner, b: Owner): boolean {
  return a.type === b.type && a.id === b.id && organizationOf(a) === organizationOf(b)
}

function isListed(record: KeyRecord, query: KeyQuery, now: Date): boolean {
  if (record.status === 'deleted') return false
  if (query.organizationId !== undefined && organizationOf(record.owner) !== query.organizationId) return false
  if (query.owner !== undefined && !isSameOwner(record.owner, query.owner)) return false
  if (query.after !== undefined && newestFirst(record, query.after) <= 0) return false
  const status = record.status === 'active' && isExpired(record, now) ? 'expired' : record.status
  return query.status === undefined || status === query.status
}

function newestFirst(a: Pick<KeyRecord, 'createdAt' | 'id'>, b: Pick<KeyRecord, 'createdAt' | 'id'>): number {
  const byTime = b.createdAt.getTime() - a.createdAt.getTime()
  if (byTime !== 0) return byTime
  return a.id < b.id ? 1 : a.id > b.id ? -1 : 0
}
