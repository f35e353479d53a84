import type { Key } from '../client/client.js'
import { follow } from '../parts/header.js'
import { Menu } from '../parts/menu.js'
import { StatusBadge } from '../parts/status-badge.js'
import { When } from '../parts/when.js'
import { usePage } from '../state/page.js'
import { TagChips } from '../tags/tag-chips.js'
import { Sparkline } from '../usage/sparkline.js'
import { accessInWords } from './access-in-words.js'
import { actionsFor } from './key-actions.js'
import type { AskedAction } from './keys-view.js'
import { ownerInWords } from './owner-in-words.js'
import type { Selection } from './selection.js'

interface KeyRowProps {
  readonly of: Key
  /** Its calls in each of the last 24 hours. */
  readonly trend: readonly number[] | undefined
  readonly index: number
  readonly selection: Selection | null
  readonly hasOwner: boolean
  readonly ask: (asked: AskedAction) => void
}

/** How near an end is that the row speaks of it. */
const soonMs = 30 * 86_400_000

export function KeyRow({ of: key, trend, index, selection, hasOwner, ask }: KeyRowProps) {
  const { strings, formats, router, catalog, options } = usePage()
  const { short, long } = accessInWords(key, catalog, strings)
  const isSelected = selection?.has(key.id) === true
  const actions = actionsFor(key, catalog, options).map(({ name, isDangerous }) => ({
    label: strings.key[name],
    isDangerous,
    act: () => ask({ name, key }),
  }))
  const open = () => router.go('keys', key.id)
  const endsSoon =
    options.show.expiry &&
    key.status === 'active' &&
    key.expires_at !== null &&
    Date.parse(key.expires_at) - Date.now() < soonMs
  return (
    <tr class={`row ${key.status} ${isSelected ? 'selected' : ''}`} aria-rowindex={index}>
      {selection !== null && (
        <td class="pick">
          <input
            type="checkbox"
            aria-label={strings.list.select(key.name)}
            checked={isSelected}
            onChange={() => selection.toggle(key.id)}
          />
        </td>
      )}
      <td class="name">
        <a href={router.href('keys', key.id)} onClick={follow(open)}>
          <bdi>{key.name}</bdi>
        </a>
        <span class="under">
          <code>
            <bdi>{key.preview}</bdi>
          </code>
          {key.tags.length > 0 && <TagChips of={key.tags} most={1} />}
        </span>
      </td>
      <td class="access" title={long}>
        {short}
      </td>
      {hasOwner && (
        <td class="owner">
          <bdi>{ownerInWords(key.owner, strings)}</bdi>
        </td>
      )}
      <td class="state">
        <StatusBadge status={key.status} />
        {endsSoon && key.expires_at !== null && (
          <small title={formats.exact(key.expires_at)}>{strings.list.expires(formats.ago(key.expires_at))}</small>
        )}
      </td>
      <td class="created">
        <time dateTime={key.created_at} title={formats.exact(key.created_at)}>
          {formats.day(key.created_at)}
        </time>
      </td>
      <td class="used">
        {key.last_used_at === null ? (
          <span class="quiet">{strings.list.neverUsed}</span>
        ) : (
          <When at={key.last_used_at} />
        )}
        {trend !== undefined && <Trend counts={trend} />}
      </td>
      <td class="actions">
        <Menu label={strings.list.actionsOf(key.name)} items={[{ label: strings.list.open, act: open }, ...actions]} />
      </td>
    </tr>
  )
}

function Trend({ counts }: { readonly counts: readonly number[] }) {
  const { strings, formats } = usePage()
  const calls = strings.list.callsToday(formats.number(counts.reduce((sum, count) => sum + count, 0)))
  return (
    <span class="trend" role="img" aria-label={calls} title={calls}>
      <Sparkline counts={counts} />
    </span>
  )
}
