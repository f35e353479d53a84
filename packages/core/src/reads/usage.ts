import { checkNames, type NamesOf, wholeNumber } from '../check/index.js'
import { InvalidInput, KeyNotFound } from '../errors/index.js'
import { checkBoundary, checkId, checkKeyId, checkOwner, isWithin, type KeyBoundary } from '../input/index.js'
import { organizationOf, type RefusalCount, type UsageHour, wrapStoreErrors } from '../store/index.js'
import type { KeyRecord, Owner } from '../values/index.js'
import type { StatsParts } from './parts.js'
import { readSpan, type Span, type SpanQuery } from './usage-span.js'

/** Which uses. */
export interface UsageQuery extends SpanQuery {
  /** One key. @defaultValue all keys of the organisation */
  readonly keyId?: string | undefined
}

/** The uses of which keys. */
export interface KeysUsageQuery extends SpanQuery {
  /** 1 to 100 keys of the organisation. With them, there are at most 20,000 hours or days in the answer. */
  readonly keyIds: readonly string[]
  /** How far the caller may reach: a key beyond is answered as one that does not exist. @defaultValue the organisation */
  readonly within?: KeyBoundary | undefined
}

/** Which of the keys that are used most. */
export interface TopKeysQuery extends Omit<SpanQuery, 'interval'> {
  /** Leave it out, in place of `undefined`, for the keys of all owners. */
  readonly owner?: Owner
  /** The most keys, 1 to 100. @defaultValue 10 */
  readonly limit?: number | undefined
}

/** What happened in one hour or day. */
export interface UsagePoint {
  /** When it begins; a day, in UTC. */
  readonly start: Date
  /** Verified requests. */
  readonly count: number
  /** Requests with the right token that were refused, by the code of the refusal. A wrong secret is none of them. */
  readonly refusals: Readonly<Record<string, number>>
}

/** What happened to one key. */
export interface KeyUsageSeries {
  readonly keyId: string
  /** One entry for each hour or day, oldest first. */
  readonly points: readonly UsagePoint[]
}

/** A key that is used much. */
export interface UsedKey {
  readonly keyId: string
  /** `null` for a key that was deleted. */
  readonly name: string | null
  /** Verified requests in the span. */
  readonly count: number
}

const spanNames = { organizationId: true, from: true, to: true } as const
const usageNames: NamesOf<UsageQuery> = { ...spanNames, interval: true, keyId: true }
const keysNames: NamesOf<KeysUsageQuery> = { ...spanNames, interval: true, keyIds: true, within: true }
const topNames: NamesOf<TopKeysQuery> = { ...spanNames, owner: true, limit: true }
const mostKeys = 100
const mostPoints = 20_000

/** Uses and refusals by hour or day, one entry for each between, as a chart needs them. @throws InvalidInput, StoreUnavailable */
export async function loadUsage(parts: StatsParts, query: UsageQuery): Promise<readonly UsagePoint[]> {
  checkNames(query, usageNames, { Invalid: InvalidInput })
  const organizationId = checkId(query.organizationId, 'organizationId')
  const keyId = query.keyId === undefined ? null : checkKeyId(parts.format, query.keyId, 'keyId')
  const span = await readSpan(parts, query)
  const request = { organizationId, from: span.from, to: span.to, bucketMs: span.bucketMs }
  const uses = await wrapStoreErrors(parts.store.listUsage({ ...request, ...(keyId === null ? {} : { keyId }) }))
  const refusals = await wrapStoreErrors(
    parts.store.listRefusals({ ...request, ...(keyId === null ? {} : { keyIds: [keyId] }) }),
  )
  return pointsOf(span, uses, refusals)
}

/** The same for each of some keys. @throws InvalidInput, StoreUnavailable; KeyNotFound for a key that is not within reach */
export async function loadKeysUsage(parts: StatsParts, query: KeysUsageQuery): Promise<readonly KeyUsageSeries[]> {
  checkNames(query, keysNames, { Invalid: InvalidInput })
  const organizationId = checkId(query.organizationId, 'organizationId')
  const asked: unknown = query.keyIds
  if (!Array.isArray(asked) || asked.length < 1 || asked.length > mostKeys)
    throw new InvalidInput('keyIds', `a list of 1 to ${mostKeys} ids of keys`)
  const keyIds = [...new Set(Array.from(asked, (id: unknown) => checkKeyId(parts.format, id, 'keyIds')))]
  checkBoundary(query.within)
  const span = await readSpan(parts, query)
  if (keyIds.length * span.starts.length > mostPoints) {
    throw new InvalidInput('from', `later: all keys together may have ${mostPoints} hours or days`)
  }
  const records = await findAll(parts, keyIds)
  for (const [at, keyId] of keyIds.entries()) {
    const record = records[at] ?? null
    const isOurs = record !== null && organizationOf(record.owner) === organizationId
    if (!isOurs || !isWithin(record, query.within)) throw new KeyNotFound(keyId)
  }
  const request = { organizationId, keyIds, from: span.from, to: span.to, bucketMs: span.bucketMs }
  const uses = await wrapStoreErrors(parts.store.listKeyUsage(request))
  const refusals = await wrapStoreErrors(parts.store.listRefusals(request))
  const [usesOf, refusalsOf] = [byKey(uses), byKey(refusals)]
  return keyIds.map((keyId) => ({
    keyId,
    points: pointsOf(span, usesOf.get(keyId) ?? [], refusalsOf.get(keyId) ?? []),
  }))
}

/** The keys that were used most. @throws InvalidInput, StoreUnavailable */
export async function loadTopKeys(parts: StatsParts, query: TopKeysQuery): Promise<readonly UsedKey[]> {
  checkNames(query, topNames, { Invalid: InvalidInput, defined: ['owner'] })
  const organizationId = checkId(query.organizationId, 'organizationId')
  const owner = query.owner === undefined ? {} : { owner: checkOwner(query.owner) }
  const limit = wholeNumber(query.limit ?? 10, 'limit', { least: 1, most: mostKeys, Invalid: InvalidInput })
  const { from, to } = await readSpan(parts, query)
  const top = await wrapStoreErrors(parts.store.topKeys({ organizationId, ...owner, from, to, limit }))
  const records = await findAll(
    parts,
    top.map(({ keyId }) => keyId),
  )
  return top.map(({ keyId, count }, at) => {
    const record = records[at] ?? null
    return { keyId, name: record === null || record.status === 'deleted' ? null : record.name, count }
  })
}

/** Stores read keys that are asked for at once by few statements. */
function findAll({ store }: StatsParts, ids: readonly string[]): Promise<(KeyRecord | null)[]> {
  return Promise.all(ids.map(async (id) => (await wrapStoreErrors(store.find(id)))?.record ?? null))
}

function byKey<T extends { readonly keyId: string | null }>(counts: readonly T[]): Map<string | null, T[]> {
  const lists = new Map<string | null, T[]>()
  for (const one of counts) {
    const list = lists.get(one.keyId) ?? []
    lists.set(one.keyId, list)
    list.push(one)
  }
  return lists
}

function pointsOf(
  { starts }: Span,
  uses: readonly UsageHour[],
  refused: readonly RefusalCount[],
): readonly UsagePoint[] {
  const counts = new Map(uses.map(({ hour, count }) => [hour.getTime(), count]))
  const refusals = new Map<number, [string, number][]>()
  for (const { hour, code, count } of refused) {
    refusals.set(hour.getTime(), [...(refusals.get(hour.getTime()) ?? []), [code, count]])
  }
  return starts.map((start) => ({
    start,
    count: counts.get(start.getTime()) ?? 0,
    refusals: Object.fromEntries(refusals.get(start.getTime()) ?? []),
  }))
}
