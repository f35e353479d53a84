import { useEffect, useRef, useState } from 'preact/hooks'
import { answerOf, type Schemas } from '../client/client.js'
import { ErrorNotice } from '../parts/error-notice.js'
import { Icon } from '../parts/icon.js'
import { useAction } from '../state/load.js'
import { usePage } from '../state/page.js'
import { download } from '../token/token-uses.js'
import type { parametersOf } from './audit-query.js'
import { verifyLog } from './verify-log.js'

/** Takes the log out as a file, and checks that nobody has changed it. */
export function AuditActions({ parameters }: { readonly parameters: ReturnType<typeof parametersOf> }) {
  const { client, strings, catalog, changed, say } = usePage()
  const words = strings.audit
  const { error, isBusy, run } = useAction()
  const [format, setFormat] = useState<'csv' | 'jsonl'>('csv')
  const exportAs = (wanted: typeof format): void => {
    setFormat(wanted)
    void run(async () => {
      const query = { ...parameters, format: wanted }
      download(`audit.${wanted}`, await answerOf(client.GET('/audit/export', { params: { query }, parseAs: 'blob' })))
      changed()
      say(words.exported)
    })
  }
  const exports = [
    ['csv', words.exportCsv],
    ['jsonl', words.exportJson],
  ] as const
  return (
    <>
      <div class="buttons">
        {catalog.permissions.audit_export &&
          exports.map(([name, label]) => (
            <button key={name} type="button" class="button" disabled={isBusy} onClick={() => exportAs(name)}>
              {isBusy && format === name ? words.exporting : label}
            </button>
          ))}
        <Verification />
      </div>
      <ErrorNotice error={error} strings={strings} retry={() => exportAs(format)} />
    </>
  )
}

/** Checks the whole log, a part at a time. */
function Verification() {
  const { client, strings, formats } = usePage()
  const words = strings.audit
  const { error, isBusy, run } = useAction()
  const [checked, setChecked] = useState(0)
  const [verdict, setVerdict] = useState<Schemas['AuditVerdict'] | null>(null)
  const left = useRef(new AbortController())
  useEffect(() => () => left.current.abort(), [])
  const verify = (): void => {
    setVerdict(null)
    setChecked(0)
    void run(async () => setVerdict(await verifyLog(client, left.current.signal, setChecked)))
  }
  const { fault } = verdict ?? { fault: null }
  return (
    <>
      <button type="button" class="button" disabled={isBusy} onClick={verify}>
        {words.verify}
      </button>
      <div class="verdict" role="status">
        {isBusy && <p class="quiet">{words.verifying(formats.number(checked))}</p>}
        {verdict?.ok === true && (
          <div class="notice success">
            <Icon name="check" />
            <p>{words.verified(formats.number(verdict.checkpoint?.seq ?? 0))}</p>
          </div>
        )}
        {fault !== null && (
          <div class="notice danger">
            <Icon name="warn" />
            <div>
              <strong>{words.faultTitle}</strong>
              <p>{words.faults[fault.problem](formats.number(fault.seq))}</p>
              <p>{words.faultText}</p>
            </div>
          </div>
        )}
        <ErrorNotice error={error} strings={strings} retry={verify} />
      </div>
    </>
  )
}
