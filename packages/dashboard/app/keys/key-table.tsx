import { useRef } from 'preact/hooks'
import { ErrorNotice } from '../parts/error-notice.js'
import { usePage } from '../state/page.js'
import { KeyRow } from './key-row.js'
import type { AskedAction } from './keys-view.js'
import type { Selection } from './selection.js'
import type { KeyPages } from './use-key-pages.js'
import { useTrends } from './use-trends.js'
import { useWindow } from './use-window.js'

interface KeyTableProps {
  readonly pages: KeyPages
  /** `null`: nothing can be done with several keys. */
  readonly selection: Selection | null
  readonly ask: (asked: AskedAction) => void
  readonly label?: string
}

/** A table of any length: only the rows that somebody sees are in the document. */
export function KeyTable({ pages, selection, ask, label }: KeyTableProps) {
  const { strings, catalog } = usePage()
  const { items: keys, hasMore, isLoading, error, more } = pages
  const rows = useRef<HTMLTableSectionElement>(null)
  const { first, last, rowHeight } = useWindow(rows, keys.length, () => hasMore && error === null && more())
  const shown = keys.slice(first, last)
  const trends = useTrends(shown)
  const hasOwners = catalog.permissions.manage_all
  const { columns } = strings.list
  const shape = `${selection === null ? '' : 'selectable '}${hasOwners ? 'owned' : ''}`
  const loaded = keys.map(({ id }) => id)
  return (
    <div class="table-frame">
      <table
        class={`table ${shape}`}
        aria-label={label ?? strings.list.label}
        aria-rowcount={hasMore ? -1 : keys.length + 1}
        aria-busy={isLoading}
      >
        <thead>
          <tr class="row head" aria-rowindex={1}>
            {selection !== null && (
              <th scope="col" class="pick">
                <input
                  type="checkbox"
                  aria-label={strings.list.selectAll}
                  checked={loaded.length > 0 && loaded.every(selection.has)}
                  onChange={(event) => selection.set(event.currentTarget.checked ? loaded : [])}
                />
              </th>
            )}
            <th scope="col">{columns.name}</th>
            <th scope="col">{columns.access}</th>
            {hasOwners && <th scope="col">{columns.owner}</th>}
            <th scope="col">{columns.status}</th>
            <th scope="col" class="created">
              {columns.created}
            </th>
            <th scope="col">{columns.used}</th>
            <th scope="col">
              <span class="unseen">{columns.actions}</span>
            </th>
          </tr>
        </thead>
        <tbody
          ref={rows}
          style={{ paddingTop: `${first * rowHeight}px`, paddingBottom: `${(keys.length - last) * rowHeight}px` }}
        >
          {shown.map((key, at) => (
            <KeyRow
              key={key.id}
              of={key}
              trend={trends.get(key.id)}
              index={first + at + 2}
              selection={selection}
              hasOwner={hasOwners}
              ask={ask}
            />
          ))}
        </tbody>
      </table>
      {keys.length === 0 && isLoading && <Skeleton />}
      {keys.length > 0 && hasMore && error === null && <p class="quiet more">{strings.list.loadingMore}</p>}
      <ErrorNotice error={error} strings={strings} retry={more} />
    </div>
  )
}

/** Rows to come, so that the page does not jump when they are there. */
function Skeleton() {
  const { strings } = usePage()
  return (
    <div class="skeleton" role="status" aria-label={strings.page.loading}>
      {[1, 2, 3, 4].map((row) => (
        <span key={row} />
      ))}
    </div>
  )
}
