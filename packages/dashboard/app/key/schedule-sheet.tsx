import { useState } from 'preact/hooks'
import { answerOf, type Key, type Schemas } from '../client/client.js'
import { GraceSelect, usualGraceMs } from '../parts/grace-select.js'
import { Question } from '../parts/question.js'
import { Select } from '../parts/select.js'
import { useAction } from '../state/load.js'
import { usePage } from '../state/page.js'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** What most products ask for. Others are set by the API, and stay as they are here. */
const usualDays = [7, 14, 30, 60, 90, 180, 365] as const
const usualEveryMs = 30 * dayMs

interface ScheduleSheetProps {
  readonly of: Key
  /** `null`: it has none. */
  readonly schedule: Schemas['RotationSchedule'] | null
  readonly close: () => void
}

/** Sets, changes or ends the schedule of a key. */
export function ScheduleSheet({ of: { id }, schedule, close }: ScheduleSheetProps) {
  const { client, strings, formats, catalog, changed, say } = usePage()
  const words = strings.schedule
  const { error, isBusy, run } = useAction()
  const [everyMs, setEvery] = useState(schedule?.every_ms ?? usualEveryMs)
  const [graceMs, setGrace] = useState(schedule?.grace_ms ?? usualGraceMs)
  const { minimum, maximum } = catalog.limits.rotation_every_ms
  const choices = [...new Set([...usualDays.map((days) => days * dayMs), everyMs, schedule?.every_ms ?? everyMs])]
    .filter((ms) => ms >= minimum && ms <= maximum)
    .sort((a, b) => a - b)
  const most = Math.min(catalog.limits.grace_ms.maximum, everyMs - 1)
  const grace = [graceMs, usualGraceMs, hourMs].find((ms) => ms <= most) ?? 0
  const params = { path: { id } }
  const save = async (): Promise<void> => {
    const body = { every_ms: everyMs, grace_ms: grace }
    if (everyMs > 0) await answerOf(client.PUT('/{id}/rotation-schedule', { params, body }))
    else await answerOf(client.DELETE('/{id}/rotation-schedule', { params }))
    changed()
    say(strings.key.saved)
  }
  const submit = (): void => void run(save).then((isDone) => isDone && close())
  return (
    <Question
      title={words.title}
      close={close}
      label={isBusy ? strings.common.saving : strings.common.save}
      submit={submit}
      isOff={isBusy}
      error={error}
    >
      <p>{words.text}</p>
      <Select
        hasLabel
        label={words.every}
        value={String(everyMs)}
        choices={[...choices.map((ms) => [String(ms), formats.days(ms)] as const), ['0', strings.common.never]]}
        set={(value) => setEvery(Number(value))}
      />
      {everyMs > 0 && <GraceSelect label={strings.key.rotateGrace} graceMs={grace} set={setGrace} most={most} />}
    </Question>
  )
}
