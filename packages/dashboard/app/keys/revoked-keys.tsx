import { useState } from 'preact/hooks'
import { answerOf } from '../client/client.js'
import { useLoad } from '../state/load.js'
import { usePage } from '../state/page.js'
import { KeyTable } from './key-table.js'
import type { AskedAction } from './keys-view.js'
import { useListedKeys } from './use-key-pages.js'

interface RevokedKeysProps {
  readonly ask: (asked: AskedAction) => void
}

/** What no longer works, out of the way. It is asked for when somebody opens it. */
export function RevokedKeys({ ask }: RevokedKeysProps) {
  const { client, strings, formats, revision } = usePage()
  const [isOpen, setOpen] = useState(false)
  const { data } = useLoad(
    (signal) =>
      answerOf(client.GET('', { params: { query: { status: ['revoked'], total: 'true', limit: 1 } }, signal })),
    [client, revision],
  )
  const total = data?.total?.count ?? 0
  if (total === 0) return null
  return (
    <details class="revoked" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{strings.list.revoked(formats.number(total))}</summary>
      <p class="quiet">{strings.list.revokedHint}</p>
      {isOpen && <OpenTable ask={ask} />}
    </details>
  )
}

function OpenTable({ ask }: RevokedKeysProps) {
  const { strings } = usePage()
  const pages = useListedKeys({ status: ['revoked'] })
  return <KeyTable pages={pages} selection={null} ask={ask} label={strings.status.revoked} />
}
