import { useState } from 'preact/hooks'
import { answerOf, type Schemas } from '../client/client.js'
import { Field } from '../parts/field.js'
import { Question } from '../parts/question.js'
import { dayEnd, dayStart, today } from '../state/days.js'
import { useAction } from '../state/load.js'
import { usePage } from '../state/page.js'

interface ReplayTimeProps {
  readonly keyId: string
  readonly of: Schemas['Webhook']
  readonly close: () => void
  readonly said: (text: string) => void
}

/** Sends again what was not delivered in some days. */
export function ReplayTime({ keyId, of: hook, close, said }: ReplayTimeProps) {
  const { client, strings, formats } = usePage()
  const words = strings.webhooks
  const { error, isBusy, run } = useAction()
  const [from, setFrom] = useState(today)
  const [to, setTo] = useState(today)
  const [isTried, setTried] = useState(false)
  const [start, end] = [dayStart(from), dayEnd(to)]
  const isWrong = start === null || end === null || start >= end
  const replay = (): void => {
    setTried(true)
    if (start === null || end === null || isWrong) return
    void run(async () => {
      const params = { path: { id: keyId, webhook_id: hook.id } }
      const body = { from: start.toISOString(), to: end.toISOString() }
      const { queued } = await answerOf(client.POST('/{id}/webhooks/{webhook_id}/replay', { params, body }))
      said(words.queued(queued, formats.number(queued)))
    }).then((isDone) => isDone && close())
  }
  return (
    <Question title={words.replay} close={close} label={words.again} submit={replay} isOff={isBusy} error={error}>
      <p>{words.replayText}</p>
      <div class="pair">
        <Field label={words.from} type="date" value={from} max={today()} set={setFrom} />
        <Field label={words.to} type="date" value={to} max={today()} set={setTo} />
      </div>
      {isTried && isWrong && (
        <p class="fault" role="alert">
          {words.datesMissing}
        </p>
      )}
    </Question>
  )
}
