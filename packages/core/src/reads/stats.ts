import { checkNames, type NamesOf } from '../check/index.js'
import { InvalidInput } from '../errors/index.js'
import { checkId, checkOwner } from '../input/index.js'
import { wrapStoreErrors } from '../store/index.js'
import type { Owner } from '../values/index.js'
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

const statsNames: NamesOf<StatsQuery> = { organizationId: true, owner: true }

/** @throws InvalidInput, StoreUnavailable */
export async function loadStats({ store, usage }: StatsParts, query: StatsQuery): Promise<KeyStats> {
  checkNames(query, statsNames, { Invalid: InvalidInput, defined: ['owner'] })
  const organizationId = checkId(query.organizationId, 'organizationId')
  const asked = query.owner === undefined ? { organizationId } : { organizationId, owner: checkOwner(query.owner) }
  await usage.flush()
  const { created, recentUsage, lastUsedAt, ...counts } = await wrapStoreErrors(store.stats(asked))
  return { totalCreated: created, ...counts, callsLast24h: recentUsage, lastCallAt: lastUsedAt }
}
