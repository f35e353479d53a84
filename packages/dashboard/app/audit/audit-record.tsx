import type { Schemas } from '../client/client.js'
import { actorInWords } from '../keys/owner-in-words.js'
import { follow } from '../parts/header.js'
import { When } from '../parts/when.js'
import { usePage } from '../state/page.js'

interface RecordProps {
  readonly of: Schemas['AuditRecord']
  readonly keyName: string | null
}

/** What somebody did, in a line; opened, all that is known of it. */
export function AuditRecord({ of: record, keyName }: RecordProps) {
  const { strings, options } = usePage()
  const words = strings.audit
  const types: Readonly<Record<string, string>> = words.types
  const { actor } = record
  const name = keyName ?? (typeof record.data.name === 'string' ? record.data.name : record.key_id)
  return (
    <li>
      <details class="record">
        <summary>
          <strong>{types[record.type] ?? record.type}</strong>
          {name !== null && <bdi>{name}</bdi>}
          <span class="quiet">
            <bdi>{words.by(actorInWords(actor, options.productName))}</bdi>
          </span>
          <When at={record.at} />
        </summary>
        <RecordFacts of={record} />
      </details>
    </li>
  )
}

function RecordFacts({ of: record }: Pick<RecordProps, 'of'>) {
  const { strings, formats, router, catalog } = usePage()
  const words = strings.audit
  const { request_id: requestId, ip, user_agent: program } = record.context
  const facts: readonly (readonly [label: string, text: string | null | undefined])[] = [
    [words.request, requestId],
    [words.address, ip],
    [words.program, program],
    [words.hash, record.hash],
  ]
  return (
    <div class="record-body">
      <dl class="facts">
        <div>
          <dt>{words.number}</dt>
          <dd>
            {formats.number(record.seq)} · {formats.exact(record.at)}
          </dd>
        </div>
        {record.key_id !== null && (
          <div>
            <dt>{words.key}</dt>
            <dd>
              <code>{record.key_id}</code>
              {catalog.permissions.read && (
                <a
                  href={router.href('keys', record.key_id)}
                  onClick={follow(() => router.go('keys', record.key_id ?? ''))}
                >
                  {words.openKey}
                </a>
              )}
            </dd>
          </div>
        )}
        {facts.map(([label, text]) =>
          text == null ? null : (
            <div key={label}>
              <dt>{label}</dt>
              <dd>
                <code>{text}</code>
              </dd>
            </div>
          ),
        )}
      </dl>
      {Object.keys(record.data).length > 0 && (
        <>
          <p class="quiet">{words.changes}</p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled by keys */}
          <pre class="answer" tabIndex={0} dir="ltr">
            {JSON.stringify(record.data, null, 2)}
          </pre>
        </>
      )}
    </div>
  )
}
