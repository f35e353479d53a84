import { useState } from 'preact/hooks'
import { answerOf, type Key } from '../client/client.js'
import { GraceSelect, usualGraceMs } from '../parts/grace-select.js'
import { Question } from '../parts/question.js'
import { useIdempotencyKey } from '../state/idempotency-key.js'
import { useAction } from '../state/load.js'
import { usePage } from '../state/page.js'
import { shownToken } from '../state/shown-once.js'
import { TokenLost, tokenLostIn } from '../token/token-lost.js'

interface RotateKeyProps {
  readonly of: Key
  readonly close: () => void
}

/** Gives a key a new token, and shows it. */
export function RotateKey({ of: { id }, close }: RotateKeyProps) {
  const page = usePage()
  const { client, strings, catalog } = page
  const { error, isBusy, run } = useAction()
  const [graceMs, setGraceMs] = useState(usualGraceMs)
  const idempotencyKey = useIdempotencyKey()
  const rotate = async (): Promise<void> => {
    const body = { grace_ms: graceMs }
    const params = { path: { id }, header: { 'Idempotency-Key': idempotencyKey(body) } }
    const made = shownToken(await answerOf(client.POST('/{id}/rotate', { params, body })), 'rotated')
    page.showOnce(made)
    page.changed(made.of)
  }
  const submit = (): void => void run(rotate).then((isDone) => isDone && close())
  const lost = tokenLostIn(error)
  return (
    <Question
      title={strings.key.rotate}
      close={close}
      label={isBusy ? strings.key.rotating : strings.key.rotate}
      submit={submit}
      isOff={isBusy || lost !== null}
      error={lost === null ? error : null}
    >
      <p>{strings.key.rotateText}</p>
      <GraceSelect
        label={strings.key.rotateGrace}
        graceMs={graceMs}
        set={setGraceMs}
        most={catalog.limits.grace_ms.maximum}
      />
      {lost !== null && <TokenLost keyId={lost} text={strings.token.lostRotated} close={close} />}
    </Question>
  )
}
