import { usePage } from '../state/page.js'
import { refusedAt, type UsagePoint } from './series.js'
import { useStartInWords } from './start-in-words.js'

interface UsageTableProps {
  readonly points: readonly UsagePoint[]
  readonly interval: 'hour' | 'day'
}

/** The numbers of the chart. */
export function UsageTable({ points, interval }: UsageTableProps) {
  const { strings, formats } = usePage()
  const words = strings.usage
  const inWords = useStartInWords(interval)
  return (
    <details class="advanced">
      <summary>{words.table}</summary>
      {interval === 'day' && <p class="quiet">{words.utc}</p>}
      <table class="plain" aria-label={words.title}>
        <thead>
          <tr>
            <th scope="col">{words.when}</th>
            <th scope="col" class="end">
              {words.calls}
            </th>
            <th scope="col" class="end">
              {words.refused}
            </th>
          </tr>
        </thead>
        <tbody>
          {points.map((point) => (
            <tr key={point.start}>
              <td>{inWords(point.start)}</td>
              <td class="end">{formats.number(point.count)}</td>
              <td class="end">{formats.number(refusedAt(point))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  )
}
