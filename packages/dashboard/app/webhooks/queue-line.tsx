import { answerOf } from '../client/client.js'
import { When } from '../parts/when.js'
import { useLoad } from '../state/load.js'
import { usePage } from '../state/page.js'

/** How much waits in the whole organisation: a number that grows is a worker that does not run. */
export function QueueLine() {
  const { client, strings, formats, revision } = usePage()
  const words = strings.webhooks
  const { data } = useLoad((signal) => answerOf(client.GET('/webhooks/status', { signal })), [client, revision])
  if (data === null || data.waiting + data.held === 0) return null
  return (
    <dl class="stats" aria-label={words.deliveries}>
      <div>
        <dt>{words.waiting}</dt>
        <dd>{formats.number(data.waiting)}</dd>
      </div>
      <div>
        <dt>{words.held}</dt>
        <dd>{formats.number(data.held)}</dd>
      </div>
      <div>
        <dt>{words.oldest}</dt>
        <dd>{data.oldest === null ? strings.common.none : <When at={data.oldest} />}</dd>
      </div>
    </dl>
  )
}
