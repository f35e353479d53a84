import { InvalidInput } from '../errors/index.js'
import { type HourOfUse, hourOf } from '../store/index.js'
import { hourMs } from '../store/lifetime.js'
import { checkId } from './check-input.js'
import type { Settings } from './options.js'
import { reachStore } from './reach-store.js'

/** An organisation's keys and their use (K8). Uses are exact up to what is still collected: see `usageFlushMs`. */
export interface Stats {
  /** Keys that were ever created, those deleted since included. */
  readonly totalCreated: number
  readonly active: number
  readonly disabled: number
  readonly expired: number
  readonly revoked: number
  /** Verified requests of all keys in this hour and the 23 before it. */
  readonly callsLast24h: number
  /** The last verified request of any key. */
  readonly lastCallAt: Date | null
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

const maxHours = 24 * 92

/** @throws InvalidInput, StoreUnavailable */
export async function readStats({ store, usage }: Settings, organizationId: unknown): Promise<Stats> {
  const id = checkId(organizationId, 'organizationId')
  await usage.flush()
  const { created, recentUses, lastUsedAt, ...counts } = await reachStore(store.stats(id))
  return { totalCreated: created, ...counts, callsLast24h: recentUses, lastCallAt: lastUsedAt }
}

/**
 * Uses by hour, one entry for each hour between, as a chart needs them.
 *
 * @throws InvalidInput, StoreUnavailable
 */
export async function readUsage({ store, usage }: Settings, query: UsageQuery): Promise<readonly HourOfUse[]> {
  const organizationId = checkId(query.organizationId, 'organizationId')
  const keyId = query.keyId === undefined ? {} : { keyId: checkId(query.keyId, 'keyId') }
  const asked = { from: checkInstant(query.from, 'from'), to: checkInstant(query.to, 'to') }
  await usage.flush()
  const now = await reachStore(store.now())
  const to = asked.to ?? new Date(hourOf(now).getTime() + hourMs)
  const from = hourOf(asked.from ?? new Date(to.getTime() - 24 * hourMs))
  const hours = Math.ceil((to.getTime() - from.getTime()) / hourMs)
  if (!(hours >= 0 && hours <= maxHours)) throw new InvalidInput('from', 'an instant before to, by at most 92 days')
  const used = await reachStore(store.listUse({ organizationId, ...keyId, from, to }))
  const counts = new Map(used.map(({ hour, count }) => [hour.getTime(), count]))
  return Array.from({ length: hours }, (_, index) => {
    const hour = new Date(from.getTime() + index * hourMs)
    return { hour, count: counts.get(hour.getTime()) ?? 0 }
  })
}

function checkInstant(value: Date | undefined, field: string): Date | undefined {
  if (value === undefined || (value instanceof Date && !Number.isNaN(value.getTime()))) return value
  throw new InvalidInput(field, 'a valid Date')
}
