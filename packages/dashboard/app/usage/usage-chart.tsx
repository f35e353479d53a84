import { useState } from 'preact/hooks'
import { usePage } from '../state/page.js'
import { callsIn, refusedAt, refusedIn, type UsagePoint } from './series.js'
import { useStartInWords } from './start-in-words.js'

interface UsageChartProps {
  readonly points: readonly UsagePoint[]
  readonly interval: 'hour' | 'day'
}

/** A bar for each hour or day: its calls, and above them what was refused. Screen readers get the sums, and the table below. */
export function UsageChart({ points, interval }: UsageChartProps) {
  const { strings, formats } = usePage()
  const words = strings.usage
  const inWords = useStartInWords(interval)
  const [pointed, setPointed] = useState<UsagePoint | null>(null)
  const most = Math.max(...points.map((point) => point.count + refusedAt(point)))
  const top = roundUp(most)
  const height = (count: number): string => `${(count / top) * 100}%`
  const labelled = [0, Math.floor((points.length - 1) / 2), points.length - 1]
  const calls = formats.number(callsIn(points))
  const refused = formats.number(refusedIn(points))
  return (
    <figure class="chart">
      <figcaption>
        <span class="legend calls">{words.calls}</span>
        <span class="legend refused">{words.refused}</span>
        <span class="pointed quiet">
          {pointed !== null &&
            words.point(inWords(pointed.start), formats.number(pointed.count), formats.number(refusedAt(pointed)))}
        </span>
      </figcaption>
      <div class="plot" role="img" aria-label={words.chart(calls, refused, formats.number(most))}>
        <div class="scale" aria-hidden="true">
          <span>{formats.number(top)}</span>
          <span>{formats.number(top / 2)}</span>
          <span>0</span>
        </div>
        <div class="bars" onPointerLeave={() => setPointed(null)}>
          {points.map((point) => (
            <div key={point.start} class="bar" onPointerEnter={() => setPointed(point)}>
              <span class="refused" style={{ blockSize: height(refusedAt(point)) }} />
              <span class="calls" style={{ blockSize: height(point.count) }} />
            </div>
          ))}
        </div>
        <div class="times" aria-hidden="true">
          {labelled.map((at) => (
            <span key={at}>{points[at] === undefined ? '' : inWords(points[at].start)}</span>
          ))}
        </div>
      </div>
    </figure>
  )
}

/** The next of 2, 4, 6, 8, 10, 20, 40 …: half of it is a whole number. */
function roundUp(count: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, count)))
  return [2, 4, 6, 8, 10].map((step) => step * power).find((step) => step >= count) ?? 10 * power
}
