import { answerOf, type Client, type Schemas } from '../client/client.js'
import { type Loaded, useLoad } from '../state/load.js'
import { usePage } from '../state/page.js'
import { sumOf, type UsagePoint } from './series.js'

export type Range = '1' | '7' | '30' | '90'

interface Usage {
  /** Oldest first. */
  readonly points: readonly UsagePoint[]
  readonly interval: 'hour' | 'day'
  /** The keys with the most calls; none of them where one key is looked at. */
  readonly top: readonly (Schemas['TopKeys']['data'][number] & { readonly points: readonly UsagePoint[] })[]
}

const dayMs = 86_400_000
const mostKeys = 100

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
  const top = await answerOf(client.GET('/usage/top', { params: { query: { limit: mostKeys, ...from } }, signal }))
  // What was deleted can be counted, and not looked at.
  const ids = top.data.filter(({ name }) => name !== null).map(({ key_id: id }) => id)
  const query = { interval, ...from } as const
  const [all, each] = await Promise.all([
    seesAll ? answerOf(client.GET('/usage', { params: { query }, signal })) : null,
    ids.length === 0
      ? { data: [] }
      : answerOf(client.GET('/usage/keys', { params: { query: { ...query, key_ids: ids } }, signal })),
  ])
  const pointsOf = new Map(each.data.map(({ key_id: id, data }) => [id, data]))
  return {
    // Who manages only some keys gets no sum of all, and every key with a call is among these.
    points: all?.data ?? sumOf([...pointsOf.values()]),
    interval,
    top: top.data.map((key) => ({ ...key, points: pointsOf.get(key.key_id) ?? [] })),
  }
}
