import type { Key } from '../client/client.js'
import { usePage } from '../state/page.js'

export function StatusBadge({ status }: { readonly status: Key['status'] }) {
  const { strings } = usePage()
  return <span class={`badge ${status}`}>{strings.status[status]}</span>
}
