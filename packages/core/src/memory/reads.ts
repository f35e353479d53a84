import { firstRecentHour, isPast, isSameOwner, type KeyStore, organizationOf } from '../store/index.js'
import type { KeyRecord } from '../values/index.js'
import { later } from './later.js'
import { shownStatus } from './list.js'
import { type MemoryState, withLastUse } from './state.js'

type Reads = Pick<KeyStore, 'find' | 'findByLookupDigest' | 'now' | 'stats' | 'inspect'>

/** The methods of a memory store that read keys. */
export function memoryReads(state: MemoryState): Reads {
  const { clock, keys, usage, lastUses, gone } = state
  return {
    find(id, wanted) {
      const record = keys.get(id)
      if (record === undefined) return null
      return { record: wanted?.lastUse === true ? withLastUse(state, record) : record, now: clock() }
    },

    async findByLookupDigest(digests) {
      const record = [...keys.values()].find(({ lookupDigest: digest }) => digest !== null && digests.includes(digest))
      return record === undefined ? null : { record, now: clock() }
    },

    async now() {
      return clock()
    },

    async stats({ organizationId, owner }) {
      const now = clock()
      const own = [...keys.values()].filter(
        (record) =>
          organizationOf(record.owner) === organizationId && (owner === undefined || isSameOwner(record.owner, owner)),
      )
      // Whose they were, nobody knows any more.
      const removed = owner === undefined ? gone.get(organizationId) : undefined
      const ids = owner === undefined ? null : new Set(own.map(({ id }) => id))
      const ownUses = [...usage.values()].filter(
        (use) => use.organizationId === organizationId && (ids === null || ids.has(use.keyId)),
      )
      const count = (status: string) => own.filter((record) => shownStatus(record, now) === status).length
      return {
        created: own.length + (removed?.created ?? 0),
        active: count('active'),
        disabled: count('disabled'),
        expired: count('expired'),
        revoked: count('revoked'),
        recentUsage: ownUses
          .filter(({ hour }) => hour >= firstRecentHour(now))
          .reduce((sum, use) => sum + use.count, 0),
        lastUsedAt: own.reduce<Date | null>(
          (last, { id }) => laterOf(last, lastUses.get(id) ?? null),
          removed?.lastUsedAt ?? null,
        ),
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

function laterOf(a: Date | null, b: Date | null): Date | null {
  return b === null ? a : later(a, b)
}
