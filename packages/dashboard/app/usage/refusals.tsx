import { usePage } from '../state/page.js'
import { refusalsByCode, type UsagePoint } from './series.js'

/** Why requests with a right token were refused all the same. */
export function Refusals({ points }: { readonly points: readonly UsagePoint[] }) {
  const { strings, formats } = usePage()
  const words = strings.usage
  const codes: Readonly<Record<string, string>> = strings.codes
  const counts = refusalsByCode(points)
  if (counts.length === 0) return null
  return (
    <section class="panel" aria-labelledby="refusals-title">
      <h2 id="refusals-title">{words.refusals}</h2>
      <table class="plain" aria-labelledby="refusals-title">
        <thead>
          <tr>
            <th scope="col">{words.reason}</th>
            <th scope="col" class="end">
              {words.number}
            </th>
          </tr>
        </thead>
        <tbody>
          {counts.map(([code, count]) => (
            <tr key={code}>
              <td title={code}>{codes[code] ?? code}</td>
              <td class="end">{formats.number(count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
