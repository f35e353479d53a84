import type { Actor, KeyRecord } from '../values/index.js'
import {
  firstRecentHour,
  isExpired,
  isPast,
  isSameOwner,
  type KeyStore,
  organizationOf,
  type StoredKeyQuery,
} from '../store/index.js'
import { later } from './later.js'
import { type MemoryState, withLastUse } from './state.js'

type Reads = Pick<KeyStore, 'find' | 'findByLookupDigest' | 'now' | 'list' | 'stats' | 'inspect'>

/** The methods of a memory store that read keys. */
export function memoryReads(state: MemoryState): Reads {
  const { clock, keys, usage, lastUses } = state
  return {
    find(id, wanted) {
      const record = keys.get(id)
      if (record === undefined) return null
      return { record: wanted?.lastUse === true ? withLastUse(state, record) : record, now: clock() }
    },

    async findByLookupDigest(digests) {
      for (const record of keys.values()) {
        if (record.lookupDigest !== null && digests.includes(record.lookupDigest)) {
          return { record, now: clock() }
        }
      }
      return null
    },

    async now() {
      return clock()
    },

    async list(query) {
      const now = clock()
      const records = [...keys.values()].filter((record) => isListed(record, query, now)).sort(inOrder(query))
      return { records: records.slice(0, query.limit).map((record) => withLastUse(state, record)), now }
    },

    async stats({ organizationId, owner }) {
      const now = clock()
      const own = [...keys.values()].filter(
        (record) =>
          organizationOf(record.owner) === organizationId && (owner === undefined || isSameOwner(record.owner, owner)),
      )
      const ids = owner === undefined ? null : new Set(own.map(({ id }) => id))
      const ownUses = [...usage.values()].filter(
        (use) => use.organizationId === organizationId && (ids === null || ids.has(use.keyId)),
      )
      const count = (status: string) => own.filter((record) => shownStatus(record, now) === status).length
      return {
        created: own.length,
        active: count('active'),
        disabled: count('disabled'),
        expired: count('expired'),
        revoked: count('revoked'),
        recentUsage: ownUses
          .filter(({ hour }) => hour >= firstRecentHour(now))
          .reduce((sum, use) => sum + use.count, 0),
        lastUsedAt: own.reduce<Date | null>((last, { id }) => laterOf(last, lastUses.get(id) ?? null), null),
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

function isListed(record: KeyRecord, query: StoredKeyQuery, now: Date): boolean {
  if (record.status === 'deleted') return false
  if (query.organizationId !== undefined && organizationOf(record.owner) !== query.organizationId) return false
  if (query.owner !== undefined && !isSameOwner(record.owner, query.owner)) return false
  if (query.createdBy !== undefined && !isSameActor(record.createdBy, query.createdBy)) return false
  if (query.after !== undefined && inOrder(query)(record, query.after) <= 0) return false
  return query.status === undefined || shownStatus(record, now) === query.status
}

function isSameActor(a: Actor, b: Actor): boolean {
  return a.type === b.type && a.id === b.id
}

function shownStatus(record: KeyRecord, now: Date): string {
  return record.status === 'active' && isExpired(record, now) ? 'expired' : record.status
}

type Place = Pick<KeyRecord, 'createdAt' | 'id'>

function inOrder({ order = 'desc' }: StoredKeyQuery): (a: Place, b: Place) => number {
  return order === 'desc' ? newestFirst : (a, b) => newestFirst(b, a)
}

function newestFirst(a: Place, b: Place): number {
  const byTime = b.createdAt.getTime() - a.createdAt.getTime()
  if (byTime !== 0) return byTime
  return a.id < b.id ? 1 : a.id > b.id ? -1 : 0
}

function laterOf(a: Date | null, b: Date | null): Date | null {
  return b === null ? a : later(a, b)
}
