import { InvalidInput } from '../errors/index.js'
import { type KeyPlace, type KeySort, sortName } from '../store/index.js'
import type { KeyRecord } from '../values/index.js'

/** Writes the place of a key in a list, for a cursor. It begins with the order, so that no other list takes it. */
export function placeOf(record: KeyRecord, sort: KeySort, order: 'asc' | 'desc'): string {
  return `${sort}-${order}.${sortedBy(record, sort)}.${record.id}`
}

function sortedBy({ name, createdAt, lastUsedAt, expiresAt }: KeyRecord, sort: KeySort): string {
  if (sort === 'name') return sortName(name)
  const instant = { created: createdAt, lastUsed: lastUsedAt, expiry: expiresAt }[sort]
  return instant === null ? 'never' : String(instant.getTime())
}

/** Reads it again. Without a pepper, nothing signs a cursor, so each part is checked. @throws InvalidInput */
export function readPlace(place: string, sort: KeySort, order: 'asc' | 'desc'): KeyPlace {
  const [, its, value = '', id = ''] = /^(\w+-\w+)\.([^\p{Cc}\p{Cs}]{0,200})\.([0-9A-Za-z]{1,64})$/u.exec(place) ?? []
  const isValue = sort === 'name' || /^\d{1,15}$/.test(value) || (value === 'never' && sort !== 'created')
  if (its !== `${sort}-${order}` || !isValue) {
    throw new InvalidInput('cursor', 'the nextCursor of a page in the same order')
  }
  if (sort === 'name') return { id, sortName: value }
  const at = value === 'never' ? null : new Date(Number(value))
  if (sort === 'lastUsed') return { id, lastUsedAt: at }
  return sort === 'expiry' ? { id, expiresAt: at } : { id, createdAt: at ?? new Date(0) }
}
