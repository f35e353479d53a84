import { checkNames, type NamesOf } from '../check/index.js'
import { InvalidInput } from '../errors/index.js'
import { checkId, checkKeyId, checkOwner } from '../input/index.js'
import { hourMs, hourOf, type UsageHour, wrapStoreErrors } from '../store/index.js'
import type { Owner } from '../values/index.js'
import { checkInstant } from './check-instant.js'
import type { StatsParts } from './parts.js'

/** The keys of an organisation, or of one owner in it, and their use. Uses are exact up to what is still collected: see `usageFlushMs`. */
export interface KeyStats {
  /** Keys that were ever created, those deleted since included. */
  readonly totalCreated: number
  readonly active: number
  readonly disabled: number
  readonly expired: number
  readonly revoked: number
  /** Verified requests of these keys in this hour and the 23 before it. */
  readonly callsLast24h: number
  /** The last verified request of any of them. */
  readonly lastCallAt: Date | null
}

/** Which keys `stats` counts. */
export interface StatsQuery {
  readonly organizationId: string
  /** Leave it out, in place of `undefined`, to count the keys of all owners. */
  readonly owner?: Owner
}

/** Which uses. */
export interface UsageQuery {
  readonly organizationId: string
  /** One key. @defaultValue all keys of the organisation */
  readonly keyId?: string | undefined
  /** @defaultValue 24 hours before `to` */
  readonly from?: Date | undefined
  /** @defaultValue the end of this hour */
  readonly to?: Date | undefined
}

const statsNames: NamesOf<StatsQuery> = { organizationId: true, owner: true }
const usageNames: NamesOf<UsageQuery> = { organizationId: true, keyId: true, from: true, to: true }
const maxHours = 24 * 92

/** @throws InvalidInput, StoreUnavailable */
export async function loadStats({ store, usage }: StatsParts, query: StatsQuery): Promise<KeyStats> {
  checkNames(query, statsNames, { Invalid: InvalidInput, defined: ['owner'] })
  const organizationId = checkId(query.organizationId, 'organizationId')
  const asked = query.owner === undefined ? { organizationId } : { organizationId, owner: checkOwner(query.owner) }
  await usage.flush()
  const { created, recentUsage, lastUsedAt, ...counts } = await wrapStoreErrors(store.stats(asked))
  return { totalCreated: created, ...counts, callsLast24h: recentUsage, lastCallAt: lastUsedAt }
}

/**
 * Uses by hour, one entry for each hour between, as a chart needs them.
 *
 * @throws InvalidInput, StoreUnavailable
 */
export async function loadUsage(
  { store, usage, format }: StatsParts,
  query: UsageQuery,
): Promise<readonly UsageHour[]> {
  checkNames(query, usageNames, { Invalid: InvalidInput })
  const organizationId = checkId(query.organizationId, 'organizationId')
  const keyId = query.keyId === undefined ? {} : { keyId: checkKeyId(format, query.keyId, 'keyId') }
  const asked = { from: checkInstant(query.from, 'from'), to: checkInstant(query.to, 'to') }
  await usage.flush()
  const now = await wrapStoreErrors(store.now())
  const to = asked.to ?? new Date(hourOf(now).getTime() + hourMs)
  const from = hourOf(asked.from ?? new Date(to.getTime() - 24 * hourMs))
  const hours = Math.ceil((to.getTime() - from.getTime()) / hourMs)
  if (!(hours >= 0 && hours <= maxHours)) throw new InvalidInput('from', 'an instant before to, by at most 92 days')
  const used = await wrapStoreErrors(store.listUsage({ organizationId, ...keyId, from, to }))
  const counts = new Map(used.map(({ hour, count }) => [hour.getTime(), count]))
  return Array.from({ length: hours }, (_, index) => {
    const hour = new Date(from.getTime() + index * hourMs)
    return { hour, count: counts.get(hour.getTime()) ?? 0 }
  })
}
