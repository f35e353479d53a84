import { useEffect, useRef, useState } from 'preact/hooks'
import { answerOf, type Key } from '../client/client.js'
import { usePage } from '../state/page.js'

const dayMs = 86_400_000
/** Whoever scrolls past a row does not ask for it. */
const restMs = 150
/** As many keys as one request may name. */
const mostKeys = 100

type Trends = ReadonlyMap<string, readonly number[]>

/** The calls of the last 24 hours, hour by hour, of those of these keys that had any. Each key is asked for once. */
export function useTrends(shown: readonly Key[]): Trends {
  const { client, options } = usePage()
  const [trends, setTrends] = useState<Trends>(new Map())
  const asked = useRef(new Set<string>())
  const missing = options.show.usage
    ? shown.filter((key) => wasUsedToday(key) && !asked.current.has(key.id)).slice(0, mostKeys)
    : []
  const ids = missing.map(({ id }) => id).join(',')
  useEffect(() => {
    if (ids === '') return
    const timer = setTimeout(async () => {
      const key_ids = ids.split(',')
      for (const id of key_ids) asked.current.add(id)
      // The list is whole without them: a key that was deleted meanwhile is no fault to tell.
      const found = await answerOf(client.GET('/usage/keys', { params: { query: { key_ids } } })).catch(() => null)
      if (found === null) return
      setTrends((before) => {
        const more = found.data.map(({ key_id: id, data }) => [id, data.map(({ count }) => count)] as const)
        return new Map([...before, ...more])
      })
    }, restMs)
    return () => clearTimeout(timer)
  }, [client, ids])
  return trends
}

function wasUsedToday({ last_used_at: at }: Key): boolean {
  return at !== null && Date.now() - Date.parse(at) < dayMs
}
