import { useState } from 'preact/hooks'
import { answerOf } from '../client/client.js'
import { ErrorNotice } from '../parts/error-notice.js'
import { Icon } from '../parts/icon.js'
import { useLoad } from '../state/load.js'
import { usePage } from '../state/page.js'
import { usePages } from '../state/pages.js'
import { AuditActions } from './audit-actions.js'
import { AuditFilters } from './audit-filters.js'
import { noAuditQuery, parametersOf } from './audit-query.js'
import { AuditRecord } from './audit-record.js'

const pageSize = 50
const mostNames = 100

/** Who did what, newest first. */
export function AuditView() {
  const { client, strings, revision } = usePage()
  const words = strings.audit
  const [query, setQuery] = useState(noAuditQuery)
  const isFiltered = JSON.stringify(query) !== JSON.stringify(noAuditQuery)
  const parameters = parametersOf(query)
  const { items, isLoading, hasMore, error, more } = usePages(
    (cursor, signal) => {
      const asked = { ...parameters, limit: pageSize, ...(cursor === undefined ? {} : { cursor }) }
      return answerOf(client.GET('/audit', { params: { query: asked }, signal }))
    },
    [client, revision, JSON.stringify(parameters)],
  )
  const names = useKeyNames()
  return (
    <section class="audit" aria-label={words.title}>
      <AuditFilters query={query} set={setQuery} />
      <AuditActions parameters={parameters} />
      {items.length === 0 && isLoading && (
        <p class="quiet" role="status">
          {strings.page.loading}
        </p>
      )}
      {items.length === 0 && !isLoading && error === null && (
        <div class="empty">
          <Icon name="search" />
          {isFiltered ? (
            <>
              <h2>{words.nothingFound}</h2>
              <p>{words.nothingFoundText}</p>
              <button type="button" class="button" onClick={() => setQuery(noAuditQuery)}>
                {strings.list.clearFilters}
              </button>
            </>
          ) : (
            <p>{words.empty}</p>
          )}
        </div>
      )}
      {items.length > 0 && (
        <ul class="rows" aria-label={words.title} aria-busy={isLoading}>
          {items.map((record) => (
            <AuditRecord key={record.seq} of={record} keyName={names.get(record.key_id ?? '') ?? null} />
          ))}
        </ul>
      )}
      <ErrorNotice error={error} strings={strings} retry={more} />
      {hasMore && error === null && (
        <button type="button" class="button" disabled={isLoading} onClick={more}>
          {words.more}
        </button>
      )}
    </section>
  )
}

/** Records have the ids of keys alone. The newest keys are named; of others, the id is shown. */
function useKeyNames(): ReadonlyMap<string, string> {
  const { client, catalog, revision } = usePage()
  const { read } = catalog.permissions
  const { data } = useLoad(
    async (signal) =>
      read ? answerOf(client.GET('', { params: { query: { limit: mostNames } }, signal })) : { data: [] },
    [client, read, revision],
  )
  return new Map(data?.data.map(({ id, name }) => [id, name]))
}
