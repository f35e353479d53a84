import { answerOf, type Client, type Schemas } from '../client/client.js'
import { type Loaded, useLoad } from '../state/load.js'
import { usePage } from '../state/page.js'
import { callsIn, sumOf, type UsagePoint } from './series.js'

export type Range = '1' | '7' | '30' | '90'

interface Usage {
  /** Oldest first. */
  readonly points: readonly UsagePoint[]
  readonly interval: 'hour' | 'day'
  /** The keys with the most calls; none of them where one key is looked at. */
  readonly top: readonly (Schemas['TopKeys']['data'][number] & { readonly points: readonly UsagePoint[] })[]
}

const dayMs = 86_400_000
const mostShown = 10
/** As many keys as one request takes. */
const pageSize = 100
/** Nobody has more keys of their own than are on these. */
const mostPages = 20

/** The calls of one key, or of all that the caller may see. */
export function useUsage(range: Range, keyId: string | null): Loaded<Usage> {
  const { client, catalog, revision } = usePage()
  const seesAll = catalog.permissions.manage_all
  return useLoad((signal) => load(client, { range, keyId, seesAll }, signal), [client, range, keyId, seesAll, revision])
}

interface Asked {
  readonly range: Range
  readonly keyId: string | null
  readonly seesAll: boolean
}

async function load(client: Client, { range, keyId, seesAll }: Asked, signal: AbortSignal): Promise<Usage> {
  const interval = range === '1' ? 'hour' : 'day'
  const today = Math.floor(Date.now() / dayMs) * dayMs
  // The default is the last 24 hours.
  const from = range === '1' ? {} : { from: new Date(today - (Number(range) - 1) * dayMs).toISOString() }
  if (keyId !== null) {
    const query = { interval, ...from, key_id: keyId } as const
    const { data } = await answerOf(client.GET('/usage', { params: { query }, signal }))
    return { points: data, interval, top: [] }
  }
  const query = { interval, ...from } as const
  return seesAll ? loadAll(client, query, signal) : loadOwn(client, query, signal)
}

interface UsageQuery {
  readonly interval: 'hour' | 'day'
  readonly from?: string
}

async function loadAll(client: Client, query: UsageQuery, signal: AbortSignal): Promise<Usage> {
  const { interval, ...time } = query
  const [all, top] = await Promise.all([
    answerOf(client.GET('/usage', { params: { query }, signal })),
    answerOf(client.GET('/usage/top', { params: { query: { ...time, limit: mostShown } }, signal })),
  ])
  // What was deleted can be counted, and not looked at.
  const ids = top.data.filter(({ name }) => name !== null).map(({ key_id: id }) => id)
  const pointsOf = await loadEach(client, ids, query, signal)
  return {
    points: all.data,
    interval,
    top: top.data.map((key) => ({ ...key, points: pointsOf.get(key.key_id) ?? [] })),
  }
}

/** Who manages only some keys gets no sum of all. One of their keys that is only refused is not among those with the most calls. */
async function loadOwn(client: Client, query: UsageQuery, signal: AbortSignal): Promise<Usage> {
  const keys: (Usage['top'][number] & { readonly name: string })[] = []
  let cursor: string | null | undefined
  for (let page = 0; page < mostPages && cursor !== null; page++) {
    const asked = { limit: pageSize, ...(cursor === undefined ? {} : { cursor }) }
    const { data, next_cursor: next }: Schemas['KeyPage'] = await answerOf(
      client.GET('', { params: { query: asked }, signal }),
    )
    const ids = data.map(({ id }) => id)
    const pointsOf = await loadEach(client, ids, query, signal)
    for (const { id, name } of data) {
      const points = pointsOf.get(id) ?? []
      keys.push({ key_id: id, name, count: callsIn(points), points })
    }
    cursor = next
  }
  const top = keys.filter(({ count }) => count > 0).sort((one, other) => other.count - one.count)
  const points = sumOf(keys.map((key) => key.points))
  return { points, interval: query.interval, top: top.slice(0, mostShown) }
}

async function loadEach(
  client: Client,
  ids: readonly string[],
  query: UsageQuery,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly UsagePoint[]>> {
  if (ids.length === 0) return new Map()
  const asked = { ...query, key_ids: [...ids] }
  const { data } = await answerOf(client.GET('/usage/keys', { params: { query: asked }, signal }))
  return new Map(data.map(({ key_id: id, data: points }) => [id, points]))
}
