import type { Schemas } from '../client/client.js'
import { follow } from '../parts/header.js'
import { usePage } from '../state/page.js'
import type { UsagePoint } from './series.js'
import { Sparkline } from './sparkline.js'

interface TopKeysProps {
  readonly of: readonly (Schemas['TopKeys']['data'][number] & { readonly points: readonly UsagePoint[] })[]
  /** The calls of all keys, of which these are some. */
  readonly total: number
}

/** The keys with the most calls, each with its course in the same time. */
export function TopKeys({ of: keys, total }: TopKeysProps) {
  const { strings, formats, router } = usePage()
  const words = strings.usage
  return (
    <section class="panel" aria-labelledby="top-title">
      <h2 id="top-title">{words.top}</h2>
      <table class="plain" aria-labelledby="top-title">
        <thead>
          <tr>
            <th scope="col">{words.key}</th>
            <th scope="col">{words.trend}</th>
            <th scope="col" class="end">
              {words.calls}
            </th>
            <th scope="col" class="end">
              {words.share}
            </th>
          </tr>
        </thead>
        <tbody>
          {keys.map(({ key_id: id, name, count, points }) => (
            <tr key={id}>
              <td>
                {name === null ? (
                  <span class="quiet">{words.deleted}</span>
                ) : (
                  <a href={router.href('keys', id)} onClick={follow(() => router.go('keys', id))}>
                    <bdi>{name}</bdi>
                  </a>
                )}
              </td>
              <td>
                <Sparkline counts={points.map((point) => point.count)} />
              </td>
              <td class="end">{formats.number(count)}</td>
              <td class="end">{formats.percent(count / total)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
