import {
  emptyChain,
  hourMs,
  inByteOrder,
  madeHere,
  organizationOf,
  placeOfDay,
  requestMemoryMs,
  type StoreRetention,
} from '../store/index.js'
import type { KeyRecord } from '../values/index.js'
import { accountName } from './account-name.js'
import { appendRecords } from './audit.js'
import { later } from './later.js'
import { noticeName } from './notice-name.js'
import type { MemoryState } from './state.js'

/** The methods of a memory store that remove what is old. */
export function memoryRetention(state: MemoryState): StoreRetention {
  const { chains, starts, keys, requests, clock } = state
  const startOf = (organizationId: string) => starts.get(organizationId) ?? emptyChain
  const tombstones = (organizationId: string, before: Date): KeyRecord[] =>
    [...keys.values()].filter(
      (record) => organizationOf(record.owner) === organizationId && isRemovable(record, before),
    )
  return {
    async organizations(page) {
      return organizationsOf(state, page)
    },

    async auditStart(organizationId) {
      return startOf(organizationId)
    },

    async moveAuditStart({ organizationId, from, to, record, auditKey }) {
      const start = startOf(organizationId)
      const last = chains.get(organizationId)?.find(({ seq }) => seq === to.seq)
      const isSame = start.seq === from.seq && start.hash === from.hash
      if (!isSame || to.seq <= from.seq || last?.hash !== to.hash) return false
      appendRecords(state, organizationId, [record], clock(), auditKey)
      starts.set(organizationId, { seq: to.seq, hash: to.hash })
      return true
    },

    async sweepAudit({ organizationId, limit }) {
      const chain = chains.get(organizationId) ?? []
      const { seq } = startOf(organizationId)
      const count = Math.min(chain.filter((record) => record.seq <= seq).length, limit)
      if (count > 0) chains.set(organizationId, chain.slice(count))
      return count
    },

    async addUpDays({ organizationId, from: begin, before, limit }) {
      const from = begin ?? new Date(0)
      const isAsked = isOldHour(organizationId, from, before)
      const counts = [...oldHours(state.usage, isAsked), ...oldHours(state.refusals, isAsked)]
      for (const add of counts.slice(0, limit)) add()
      return { hours: Math.min(counts.length, limit), next: counts.length > limit ? from : null }
    },

    async removeTombstones({ organizationId, before, limit }) {
      const old = tombstones(organizationId, before).slice(0, limit)
      for (const { id } of old) forgetKey(state, organizationId, id)
      return old.length
    },

    async forgetIds(limit) {
      const isOld = (at: Date) => clock().getTime() - at.getTime() > requestMemoryMs
      const old = [...requests].filter(([, { at }]) => isOld(at)).slice(0, limit)
      for (const [id] of old) requests.delete(id)
      return old.length
    },

    async countOld({ organizationId, hoursBefore, deletedBefore }) {
      const isAsked = isOldHour(organizationId, new Date(0), hoursBefore ?? new Date(0))
      const counts = [...state.usage.values(), ...state.refusals.values()]
      return {
        hours: counts.filter(isAsked).length,
        tombstones: deletedBefore === null ? 0 : tombstones(organizationId, deletedBefore).length,
      }
    },
  }
}

/** A page of the organizations that have a key or a log. */
export function organizationsOf(
  { chains, keys }: MemoryState,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): readonly string[] {
  const all = new Set([...chains.keys(), ...[...keys.values()].map(({ owner }) => organizationOf(owner))])
  const sorted = [...all].sort(inByteOrder)
  return sorted.filter((id) => after === null || inByteOrder(id, after) > 0).slice(0, limit)
}

function isRemovable({ status, deletedAt, lookupDigest }: KeyRecord, before: Date): boolean {
  return status === 'deleted' && deletedAt !== null && deletedAt < before && lookupDigest?.startsWith(madeHere) === true
}

function forgetKey(
  { keys, lastUses, previousUses, rotations, notices, accounts, gone }: MemoryState,
  organizationId: string,
  id: string,
): void {
  const { created, lastUsedAt } = gone.get(organizationId) ?? { created: 0, lastUsedAt: null }
  const used = lastUses.get(id)
  gone.set(organizationId, {
    created: created + 1,
    lastUsedAt: used === undefined ? lastUsedAt : later(lastUsedAt, used),
  })
  keys.delete(id)
  lastUses.delete(id)
  previousUses.delete(id)
  rotations.delete(id)
  accounts.delete(accountName({ organizationId, holder: 'key', id }))
  for (const kind of ['expiring', 'unused'] as const) notices.delete(noticeName(id, kind))
}

interface Counted {
  readonly organizationId: string
  readonly hour: Date
}

function isOldHour(organizationId: string, from: Date, before: Date): (counted: Counted) => boolean {
  return ({ organizationId: of, hour }) =>
    of === organizationId && hour >= from && hour < before && hour.getTime() % hourMs === 0
}

/** For each old hour, the step that adds it to its day. */
function oldHours<C extends Counted & { readonly count: number }>(
  counts: Map<string, C>,
  isAsked: (counted: C) => boolean,
): (() => void)[] {
  return [...counts]
    .filter(([, counted]) => isAsked(counted))
    .map(([bucket, counted]) => () => {
      const day = placeOfDay(counted.hour.getTime())
      const dayBucket = bucket.replace(String(counted.hour.getTime()), String(day))
      const count = counted.count + (counts.get(dayBucket)?.count ?? 0)
      counts.set(dayBucket, { ...counted, hour: new Date(day), count })
      counts.delete(bucket)
    })
}
