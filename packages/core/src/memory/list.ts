import { breaksPolicy } from '../policy/index.js'
import {
  inByteOrder,
  isExpired,
  isSameActor,
  isSameOwner,
  type KeyFilter,
  type KeyPlace,
  type KeySort,
  type KeyStore,
  organizationOf,
  sortName,
  termsOf,
} from '../store/index.js'
import type { KeyRecord } from '../values/index.js'
import { type MemoryState, withLastUse } from './state.js'

/** The methods of a memory store that list keys. */
export function memoryList(state: MemoryState): Pick<KeyStore, 'list' | 'count'> {
  const { clock, keys } = state
  const listed = (filter: KeyFilter, now: Date): KeyRecord[] =>
    [...keys.values()].map((record) => withLastUse(state, record)).filter((record) => isListed(record, filter, now))
  return {
    async list({ sort = 'created', order = 'desc', after, limit, ...filter }) {
      const now = clock()
      const compare = inOrder(sort, order === 'asc' ? 1 : -1)
      const records = listed(filter, now).map((record) => ({ record, place: placeOf(record) }))
      const rest = after === undefined ? records : records.filter(({ place }) => compare(place, after) > 0)
      const sorted = rest.sort((a, b) => compare(a.place, b.place))
      return { records: sorted.slice(0, limit).map(({ record }) => record), now }
    },

    async count(filter, most) {
      return Math.min(listed(filter, clock()).length, most)
    },
  }
}

/** The status that people see. */
export function shownStatus(record: KeyRecord, now: Date): KeyRecord['status'] | 'expired' {
  return record.status === 'active' && isExpired(record, now) ? 'expired' : record.status
}

function isListed(record: KeyRecord, filter: KeyFilter, now: Date): boolean {
  const { organizationId, owner, createdBy, environments, status, unusedSince, expiringBefore, breaks } = filter
  if (record.status === 'deleted') return false
  if (organizationId !== undefined && organizationOf(record.owner) !== organizationId) return false
  if (owner !== undefined && !isSameOwner(record.owner, owner)) return false
  if (createdBy !== undefined && !isSameActor(record.createdBy, createdBy)) return false
  if (environments !== undefined && !environments.includes(record.environment)) return false
  if (status !== undefined && ![status].flat().some((one) => one === shownStatus(record, now))) return false
  if (unusedSince !== undefined && !(record.createdAt < unusedSince && (record.lastUsedAt ?? 0) < unusedSince))
    return false
  if (expiringBefore !== undefined && !(record.expiresAt !== null && record.expiresAt < expiringBefore)) return false
  if (breaks !== undefined && !breaksPolicy(record, breaks)) return false
  return hasTerms(record, filter)
}

function hasTerms(record: KeyRecord, { words = [], tags = [], holds }: KeyFilter): boolean {
  if (words.length === 0 && tags.length === 0 && holds === undefined) return true
  const terms = termsOf(record)
  const hasTag = (tag: string) => terms.some(({ kind, term }) => kind === 'tag' && term === tag)
  const hasWord = (word: string) => terms.some(({ kind, term }) => kind === 'word' && term.startsWith(word))
  const isHeld = (kind: string, term: string) => holds?.some((held) => held.kind === kind && held.term === term)
  const isHolder = holds === undefined || terms.some(({ kind, term }) => isHeld(kind, term))
  return words.every(hasWord) && tags.every(hasTag) && isHolder
}

function placeOf({ id, name, createdAt, lastUsedAt, expiresAt }: KeyRecord): KeyPlace {
  return { id, createdAt, sortName: sortName(name), lastUsedAt, expiresAt }
}

/** @param direction - 1: the least first; -1: the greatest. */
function inOrder(sort: KeySort, direction: 1 | -1): (a: KeyPlace, b: KeyPlace) => number {
  const compare = comparisons[sort]
  return (a, b) => direction * (compare(a, b) || inByteOrder(a.id, b.id))
}

type Compare = (a: KeyPlace, b: KeyPlace) => number

const byInstant =
  (instantOf: (place: KeyPlace) => Date | null | undefined, never: number): Compare =>
  (a, b) =>
    (instantOf(a)?.getTime() ?? never) - (instantOf(b)?.getTime() ?? never)

const comparisons: Readonly<Record<KeySort, Compare>> = {
  created: /* @__PURE__ */ byInstant(({ createdAt }) => createdAt, 0),
  name: (a, b) => inByteOrder(a.sortName ?? '', b.sortName ?? ''),
  lastUsed: /* @__PURE__ */ byInstant(({ lastUsedAt }) => lastUsedAt, 0),
  expiry: /* @__PURE__ */ byInstant(({ expiresAt }) => expiresAt, Number.MAX_SAFE_INTEGER),
}
