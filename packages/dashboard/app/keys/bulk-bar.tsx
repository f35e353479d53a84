import { useState } from 'preact/hooks'
import { usePage } from '../state/page.js'
import { BulkSheet } from './bulk-sheet.js'
import type { BulkVerb } from './change-several.js'
import type { KeyQuery } from './query.js'
import type { Selection } from './selection.js'
import { totalInWords } from './total-in-words.js'
import type { KeyPages } from './use-key-pages.js'

interface BulkBarProps {
  readonly selection: Selection
  readonly query: KeyQuery
  readonly total: KeyPages['total']
}

/** What can be done with the keys that are selected. */
export function BulkBar({ selection, query, total }: BulkBarProps) {
  const { strings, formats, catalog } = usePage()
  const [verb, setVerb] = useState<BulkVerb | null>(null)
  const { create, revoke } = catalog.permissions
  const verbs: readonly BulkVerb[] = [
    ...(create ? ['enable' as const] : []),
    ...(revoke ? ['disable' as const, 'revoke' as const] : []),
  ]
  return (
    // biome-ignore lint/a11y/useSemanticElements: it sets no value
    <div class="bulk" role="group" aria-label={strings.bulk.selected(selection.size, formats.number(selection.size))}>
      <p role="status">{strings.bulk.selected(selection.size, formats.number(selection.size))}</p>
      {total != null && !selection.isAll && selection.size < total.count && (
        <button type="button" class="button bare" onClick={() => selection.all(total.count)}>
          {strings.bulk.all(totalInWords(total, formats))}
        </button>
      )}
      {verbs.map((one) => (
        <button
          key={one}
          type="button"
          class={`button ${one === 'revoke' ? 'danger' : ''}`}
          onClick={() => setVerb(one)}
        >
          {strings.bulk.confirm[one]}
        </button>
      ))}
      <button type="button" class="button bare" onClick={selection.clear}>
        {strings.bulk.clear}
      </button>
      {verb !== null && (
        <BulkSheet
          verb={verb}
          selection={selection}
          query={query}
          close={(isDone) => {
            setVerb(null)
            if (isDone) selection.clear()
          }}
        />
      )}
    </div>
  )
}
