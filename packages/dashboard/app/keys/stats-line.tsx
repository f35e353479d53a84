import type { ComponentChildren } from 'preact'
import { answerOf } from '../client/client.js'
import { When } from '../parts/when.js'
import { useLoad } from '../state/load.js'
import { usePage } from '../state/page.js'

/** How the keys do, at a glance. */
export function StatsLine() {
  const { client, strings, formats, catalog, revision } = usePage()
  const { stats: words } = strings
  const { data } = useLoad((signal) => answerOf(client.GET('/stats', { signal })), [client, revision])
  const { max_keys: most, used } = catalog.plan
  const number = (value: number | undefined): string => (value === undefined ? '–' : formats.number(value))
  return (
    <dl class="stats" aria-label={words.label}>
      <Figure label={words.active}>{number(data?.active)}</Figure>
      <Figure label={words.total}>{number(data?.total_created)}</Figure>
      <Figure label={words.calls}>{number(data?.calls_last_24h)}</Figure>
      <Figure label={words.lastCall}>
        {data?.last_call_at == null ? data === null ? '–' : strings.common.never : <When at={data.last_call_at} />}
      </Figure>
      <Figure label={words.plan}>
        {most === 'unlimited' ? (
          words.unlimited
        ) : (
          <>
            {words.planUse(formats.number(used), formats.number(most))}
            <progress value={used} max={Math.max(1, most)} aria-label={words.plan} />
          </>
        )}
      </Figure>
    </dl>
  )
}

function Figure({ label, children }: { readonly label: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  )
}
