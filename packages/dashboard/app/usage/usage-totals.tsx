import { usePage } from '../state/page.js'
import { callsIn, refusedIn, type UsagePoint } from './series.js'
import { useStartInWords } from './start-in-words.js'

interface UsageTotalsProps {
  readonly points: readonly UsagePoint[]
  readonly interval: 'hour' | 'day'
}

/** What the chart shows, in figures, and how much of the plan is used. */
export function UsageTotals({ points, interval }: UsageTotalsProps) {
  const { strings, formats, catalog } = usePage()
  const words = strings.usage
  const inWords = useStartInWords(interval)
  const busiest = points.reduce<UsagePoint | null>((most, one) => (one.count > (most?.count ?? 0) ? one : most), null)
  const { max_keys: most, used } = catalog.plan
  return (
    <dl class="stats" aria-label={words.title}>
      <div>
        <dt>{words.calls}</dt>
        <dd>{formats.number(callsIn(points))}</dd>
      </div>
      <div>
        <dt>{words.refused}</dt>
        <dd>{formats.number(refusedIn(points))}</dd>
      </div>
      <div>
        <dt>{interval === 'hour' ? words.busiest : words.busiestDay}</dt>
        <dd>{busiest === null ? strings.common.none : inWords(busiest.start)}</dd>
      </div>
      <div>
        <dt>{words.plan}</dt>
        <dd>
          {most === 'unlimited' ? (
            strings.stats.unlimited
          ) : (
            <>
              {strings.stats.planUse(formats.number(used), formats.number(most))}
              <progress value={used} max={Math.max(1, most)} aria-label={words.plan} />
            </>
          )}
        </dd>
      </div>
    </dl>
  )
}
