import { useState } from 'preact/hooks'
import { answerOf, type Key } from '../client/client.js'
import { ErrorNotice } from '../parts/error-notice.js'
import { Search } from '../parts/search.js'
import { StatusBadge } from '../parts/status-badge.js'
import { useLoad } from '../state/load.js'
import { usePage } from '../state/page.js'

interface KeyListProps {
  readonly pick: (key: Key) => void
  /** What to say where there is no key at all. */
  readonly none: string
  /** Those that are revoked have a past as well. */
  readonly hasRevoked?: boolean
}

const working = ['active', 'disabled', 'expired'] as const

/** A longer list helps nobody: the search does. */
const mostShown = 20

/** Keys to choose one of, with a search. */
export function KeyList({ pick, none, hasRevoked = false }: KeyListProps) {
  const { client, strings, revision } = usePage()
  const [search, setSearch] = useState('')
  const { data, error, reload } = useLoad(
    (signal) => {
      const words = search.trim() === '' ? {} : { search: search.trim() }
      const status = [...working, ...(hasRevoked ? ['revoked' as const] : [])]
      const query = { ...words, limit: mostShown, status }
      return answerOf(client.GET('', { params: { query }, signal }))
    },
    [client, revision, search, hasRevoked],
  )
  if (data !== null && data.data.length === 0 && search === '') return <p class="quiet">{none}</p>
  return (
    <div class="choose-key">
      <Search text={search} set={setSearch} />
      <ErrorNotice error={error} strings={strings} retry={reload} />
      {data === null && error === null && (
        <p class="quiet" role="status">
          {strings.page.loading}
        </p>
      )}
      {data?.data.length === 0 && (
        <p class="quiet" role="status">
          {strings.list.nothingFound}
        </p>
      )}
      {data !== null && data.data.length > 0 && (
        <ul class="rows">
          {data.data.map((key) => (
            <li key={key.id}>
              <button type="button" class="row-button" onClick={() => pick(key)}>
                <span>
                  <bdi>{key.name}</bdi>
                  <code>{key.preview}</code>
                </span>
                <StatusBadge status={key.status} />
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
