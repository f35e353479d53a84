import { useState } from 'preact/hooks'
import { answerOf, type Key, type Schemas } from '../client/client.js'
import { ErrorNotice } from '../parts/error-notice.js'
import { Select } from '../parts/select.js'
import { Sheet } from '../parts/sheet.js'
import { useAction } from '../state/load.js'
import { usePage } from '../state/page.js'
import { TokenSheet } from '../token/token-sheet.js'

interface RotateKeyProps {
  readonly of: Key
  readonly close: () => void
  readonly changed: (id: string, key: Key | null) => void
}

const hourMs = 3_600_000

/** Gives a key a new token, and shows it. */
export function RotateKey({ of: { id }, close, changed }: RotateKeyProps) {
  const page = usePage()
  const { client, strings, catalog } = page
  const { error, isBusy, run } = useAction()
  const [graceMs, setGraceMs] = useState(24 * hourMs)
  // The same for each try: if an answer is lost on its way, the key is not rotated twice.
  const [idempotencyKey] = useState(() => crypto.randomUUID())
  const [rotated, setRotated] = useState<Schemas['KeyWithToken'] | null>(null)
  const rotate = async (): Promise<void> => {
    const params = { path: { id }, header: { 'Idempotency-Key': idempotencyKey } }
    const answer = await answerOf(client.POST('/{id}/rotate', { params, body: { grace_ms: graceMs } }))
    const { token: _, ...key } = answer
    setRotated(answer)
    changed(id, key)
    page.changed()
  }
  if (rotated !== null)
    return <TokenSheet token={rotated.token} of={rotated} title={strings.token.rotated} close={close} isOnce />
  const graces = [
    [0, strings.key.graceNone],
    [hourMs, strings.key.graceHour],
    [24 * hourMs, strings.key.graceDay],
    [7 * 24 * hourMs, strings.key.graceWeek],
  ] as const
  return (
    <Sheet
      title={strings.key.rotate}
      kind="small"
      close={close}
      footer={
        <>
          <button type="button" class="button" onClick={close}>
            {strings.common.cancel}
          </button>
          <button type="button" class="button primary" disabled={isBusy} onClick={() => void run(rotate)}>
            {isBusy ? strings.key.rotating : strings.key.rotate}
          </button>
        </>
      }
    >
      <p>{strings.key.rotateText}</p>
      <Select
        hasLabel
        label={strings.key.rotateGrace}
        value={String(graceMs)}
        choices={graces
          .filter(([ms]) => ms <= catalog.limits.grace_ms.maximum)
          .map(([ms, label]) => [String(ms), label] as const)}
        set={(value) => setGraceMs(Number(value))}
      />
      <ErrorNotice error={error} strings={strings} retry={() => void run(rotate)} />
    </Sheet>
  )
}
