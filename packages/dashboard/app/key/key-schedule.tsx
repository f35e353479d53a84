import { useState } from 'preact/hooks'
import { answerOf, type Key, type Schemas } from '../client/client.js'
import { ErrorNotice } from '../parts/error-notice.js'
import { Icon } from '../parts/icon.js'
import { When } from '../parts/when.js'
import { useLoad } from '../state/load.js'
import { usePage } from '../state/page.js'
import { canEdit } from './key-details.js'
import { ScheduleSheet } from './schedule-sheet.js'

type Schedule = Schemas['RotationSchedule']

/** How often the key gets a new token by itself, where the product delivers those. */
export function KeySchedule({ of: key }: { readonly of: Key }) {
  const { client, strings, catalog, revision } = usePage()
  const words = strings.schedule
  const { id } = key
  const { data, error, reload } = useLoad(
    (signal) => answerOf(client.GET('/{id}/rotation-schedule', { params: { path: { id } }, signal })),
    [client, id, revision],
  )
  const [isAsked, setAsked] = useState(false)
  const schedule = data?.schedule ?? null
  const isEditable = data !== null && canEdit(key, catalog.permissions) && key.status !== 'expired'
  if (schedule === null && error === null && !isEditable) return null
  return (
    <section>
      <header class="part">
        <h3>{words.title}</h3>
        {isEditable && (
          <button type="button" class="button bare" onClick={() => setAsked(true)}>
            {schedule === null ? words.set : strings.key.edit}
          </button>
        )}
      </header>
      <ErrorNotice error={error} strings={strings} retry={reload} />
      {schedule !== null && <Shown of={schedule} />}
      {isAsked && <ScheduleSheet of={key} schedule={schedule} close={() => setAsked(false)} />}
    </section>
  )
}

function Shown({ of: schedule }: { readonly of: Schedule }) {
  const { strings, formats } = usePage()
  const { every_ms, grace_ms, next_at, last_delivered_at, pending_since, failures } = schedule
  const words = strings.schedule
  return (
    <>
      {pending_since !== null && (
        <div class="notice">
          <Icon name="warn" />
          <p>
            {words.waiting(formats.ago(pending_since))} {failures > 0 && words.failed(formats.number(failures))}
          </p>
        </div>
      )}
      <p>
        {words.rotates(formats.days(every_ms), formats.day(next_at))}{' '}
        {grace_ms > 0 && words.grace(formats.days(grace_ms))}
      </p>
      <p class="quiet">
        {words.lastDelivered}: {last_delivered_at === null ? strings.common.never : <When at={last_delivered_at} />}
      </p>
    </>
  )
}
