import { useState } from 'preact/hooks'
import { KeyPicker, type PickedKey } from '../choose-key/key-picker.js'
import { ErrorNotice } from '../parts/error-notice.js'
import { Select } from '../parts/select.js'
import { usePage } from '../state/page.js'
import { Refusals } from './refusals.js'
import { callsIn, refusedIn } from './series.js'
import { TopKeys } from './top-keys.js'
import { UsageChart } from './usage-chart.js'
import { UsageTable } from './usage-table.js'
import { UsageTotals } from './usage-totals.js'
import { type Range, useUsage } from './use-usage.js'

/** How often keys are used, and what is refused. */
export function UsageView() {
  const { strings } = usePage()
  const words = strings.usage
  const [range, setRange] = useState<Range>('1')
  const [picked, setPicked] = useState<PickedKey | null>(null)
  const { data, error, isLoading, reload } = useUsage(range, picked?.id ?? null)
  const isEmpty = data?.points.every(({ count }) => count === 0) === true && refusedIn(data.points) === 0
  return (
    <section class="usage" aria-label={words.title} aria-busy={isLoading}>
      <div class="filters">
        <Select
          label={words.range}
          value={range}
          choices={Object.entries(words.ranges)}
          set={(one) => setRange(one as Range)} // one of the choices
        />
        <KeyPicker picked={picked} pick={setPicked} />
      </div>
      <ErrorNotice error={error} strings={strings} retry={reload} />
      {data === null && error === null && (
        <p class="quiet" role="status">
          {strings.page.loading}
        </p>
      )}
      {data !== null && error === null && (
        <>
          <UsageTotals points={data.points} interval={data.interval} />
          {isEmpty ? (
            <div class="empty">
              <h2>{words.emptyTitle}</h2>
              <p>{words.emptyText}</p>
            </div>
          ) : (
            <>
              <div class="panel">
                <UsageChart points={data.points} interval={data.interval} />
                <UsageTable points={data.points} interval={data.interval} />
              </div>
              <div class="panels">
                {picked === null && data.top.length > 0 && <TopKeys of={data.top} total={callsIn(data.points)} />}
                <Refusals points={data.points} />
              </div>
            </>
          )}
        </>
      )}
    </section>
  )
}
