import { useEffect, useRef, useState } from 'preact/hooks'
import { answerOf, type Key, type Schemas } from '../client/client.js'
import type { operations } from '../client/schema.js'
import { usePage } from '../state/page.js'
import { type Pages, usePages } from '../state/pages.js'
import { type KeyQuery, parametersOf } from './query.js'

export interface KeyPages extends Omit<Pages<Key>, 'reload' | 'edit'> {
  /** How many keys there are on all pages; `null`: not known yet. */
  readonly total: Schemas['KeyPage']['total'] | null
}

const pageSize = 100

/** The keys that meet a query, page by page. */
export function useKeyPages(query: KeyQuery): KeyPages {
  return useListedKeys(parametersOf(query))
}

export function useListedKeys(parameters: NonNullable<operations['listKeys']['parameters']['query']>): KeyPages {
  const { client } = usePage()
  const [total, setTotal] = useState<KeyPages['total']>(null)
  const { reload, edit, ...pages } = usePages(
    async (cursor, signal) => {
      const query = {
        ...parameters,
        limit: pageSize,
        ...(cursor === undefined ? { total: 'true' as const } : { cursor }),
      }
      const page = await answerOf(client.GET('', { params: { query }, signal }))
      if (cursor === undefined && !signal.aborted) setTotal(page.total ?? null)
      return page
    },
    [client, JSON.stringify(parameters)],
  )
  const belongs = (status: Key['status']): boolean => parameters.status?.includes(status) !== false
  useChangedKey((key) => {
    const isListed = pages.items.some(({ id }) => id === key?.id)
    if (key === null || pages.isLoading || (!isListed && key.status !== 'removed' && belongs(key.status))) reload()
    else if (!isListed) return
    else if (key.status !== 'removed' && belongs(key.status)) {
      edit((items) => items.map((one) => (one.id === key.id ? key : one)))
    } else {
      // Whoever is far down in a list stays there.
      edit((items) => items.filter(({ id }) => id !== key.id))
      setTotal((before) => (before == null ? before : { ...before, count: before.count - 1 }))
    }
  })
  return { ...pages, total }
}

/** Calls `then` once for each change. */
function useChangedKey(then: (key: ReturnType<typeof usePage>['change']['key']) => void): void {
  const { change, revision } = usePage()
  const seen = useRef(revision)
  useEffect(() => {
    if (seen.current === revision) return
    seen.current = revision
    then(change.key)
  }, [revision])
}
