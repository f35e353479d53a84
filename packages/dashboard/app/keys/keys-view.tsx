import { useMemo, useState } from 'preact/hooks'
import type { Key } from '../client/client.js'
import { usePage } from '../state/page.js'
import { BulkBar } from './bulk-bar.js'
import { EmptyList } from './empty-list.js'
import { Filters } from './filters.js'
import { type KeyActionName, KeyActions } from './key-actions.js'
import { KeyTable } from './key-table.js'
import { noQuery } from './query.js'
import { RevokedKeys } from './revoked-keys.js'
import { type Selection, useSelection } from './selection.js'
import { StatsLine } from './stats-line.js'
import { useKeyPages } from './use-key-pages.js'

export interface AskedAction {
  readonly name: KeyActionName
  readonly key: Key
}

/** The keys: what they are, how they do, and what can be done with them. */
export function KeysView() {
  const { strings, catalog, options, keyQuery: query, setKeyQuery: setQuery } = usePage()
  const pages = useKeyPages(query)
  const selection: Selection = useSelection(query)
  const [asked, setAsked] = useState<AskedAction | null>(null)
  const isBulk = options.show.bulk && (catalog.permissions.revoke || catalog.permissions.create)
  const isFiltered = useMemo(
    () => JSON.stringify({ ...query, sort: '' }) !== JSON.stringify({ ...noQuery, sort: '' }),
    [query],
  )
  return (
    <section aria-label={strings.page.keys}>
      <StatsLine />
      {(isFiltered || pages.total?.count !== 0) && <Filters query={query} set={setQuery} total={pages.total} />}
      {pages.total?.count === 0 && !pages.isLoading ? (
        <EmptyList isFiltered={isFiltered} clear={() => setQuery(noQuery)} />
      ) : (
        <KeyTable pages={pages} selection={isBulk ? selection : null} ask={setAsked} />
      )}
      <RevokedKeys ask={setAsked} />
      {isBulk && selection.size > 0 && <BulkBar selection={selection} query={query} total={pages.total} />}
      {asked !== null && <KeyActions asked={asked} close={() => setAsked((now) => (now === asked ? null : now))} />}
    </section>
  )
}
