import { useRef, useState } from 'preact/hooks'
import { answerOf, type Schemas } from '../client/client.js'
import { Choices } from '../grants/choices.js'
import { ErrorNotice } from '../parts/error-notice.js'
import { Field } from '../parts/field.js'
import { Sheet } from '../parts/sheet.js'
import { useLeaveQuestion } from '../parts/use-leave-question.js'
import { useAction, useLoad } from '../state/load.js'
import { usePage } from '../state/page.js'

interface EndpointFormProps {
  readonly keyId: string
  /** The webhook to change; `null`: a new one. */
  readonly of: Schemas['Webhook'] | null
  readonly close: () => void
}

/** What the schema of the API allows. */
const longest = { url: 2_048 }

/** The settings of a new webhook, or those of one that is there. */
export function EndpointForm({ keyId, of: hook, close }: EndpointFormProps) {
  const { client, strings, catalog, changed, showOnce } = usePage()
  const words = strings.webhooks
  const [url, setUrl] = useState(hook?.url ?? '')
  const [description, setDescription] = useState(hook?.description ?? '')
  const [types, setTypes] = useState<readonly string[] | null>(hook?.types ?? null)
  const [isTried, setTried] = useState(false)
  const { error, isBusy, run } = useAction()
  const touched = {
    ...(url.trim() === (hook?.url ?? '') ? {} : { url: url.trim() }),
    ...(description.trim() === (hook?.description ?? '') ? {} : { description: description.trim() || null }),
    ...(sameTypes(types, hook?.types ?? null) ? {} : { types: types === null ? null : [...types] }),
  }
  const isTouched = Object.keys(touched).length > 0
  const leaving = useLeaveQuestion({ isAsked: isTouched && !isBusy, words: strings.form, close })
  const hasNoUrl = url.trim() === ''
  const hasNoTypes = types?.length === 0
  const save = async (): Promise<void> => {
    if (hook === null) {
      const body = {
        url: url.trim(),
        types: types === null ? null : [...types],
        description: description.trim() || null,
      }
      const made = await answerOf(client.POST('/{id}/webhooks', { params: { path: { id: keyId } }, body }))
      const { secret, ...endpoint } = made
      showOnce({ kind: 'webhook', secret, of: endpoint })
    } else if (isTouched) {
      // Only what was touched: what somebody else changed meanwhile is not undone.
      const path = { id: keyId, webhook_id: hook.id }
      await answerOf(client.PATCH('/{id}/webhooks/{webhook_id}', { params: { path }, body: touched }))
    }
    changed()
  }
  const submit = (): void => {
    setTried(true)
    if (hasNoUrl || hasNoTypes) return
    void run(save).then((isSaved) => isSaved && close())
  }
  // Nothing tells a second creation from a first whose answer was lost.
  const isUnsure = hook === null && error !== null && error.status === null
  return (
    <Sheet
      title={hook === null ? words.addTitle : words.editTitle}
      kind="wide"
      close={leaving.leave}
      footer={
        <>
          <button type="button" class="button" onClick={close}>
            {strings.common.cancel}
          </button>
          <button type="button" class="button primary" disabled={isBusy} onClick={submit}>
            {hook === null ? (isBusy ? words.adding : words.add) : isBusy ? strings.common.saving : strings.common.save}
          </button>
        </>
      }
    >
      <Field
        hasFocus
        label={words.url}
        hint={words.urlHint}
        value={url}
        maxLength={longest.url}
        set={setUrl}
        fault={error?.faultAt('/url') ?? (isTried && hasNoUrl ? words.urlMissing : null)}
        enter={submit}
      />
      <Field
        isOptional
        label={words.description}
        value={description}
        maxLength={catalog.limits.description.maximum}
        set={setDescription}
        fault={error?.faultAt('/description')}
        enter={submit}
      />
      <TypesFields types={types} set={setTypes} />
      {isTried && hasNoTypes && (
        <p class="fault" role="alert">
          {words.typesMissing}
        </p>
      )}
      <ErrorNotice
        error={error}
        strings={strings}
        retry={isUnsure ? undefined : submit}
        text={isUnsure ? words.unsure : undefined}
      />
      {leaving.question}
    </Sheet>
  )
}

function sameTypes(one: readonly string[] | null, other: readonly string[] | null): boolean {
  return JSON.stringify(one?.toSorted()) === JSON.stringify(other?.toSorted())
}

interface TypesFieldsProps {
  readonly types: readonly string[] | null
  readonly set: (types: readonly string[] | null) => void
}

/** All types of events, or some of them. */
function TypesFields({ types, set }: TypesFieldsProps) {
  const { client, strings } = usePage()
  const words = strings.webhooks
  const { data, error, reload } = useLoad((signal) => answerOf(client.GET('/webhooks/events', { signal })), [client])
  const offered = data?.data ?? []
  /** What was ticked is still ticked after a look at "all". */
  const chosen = useRef<readonly string[]>([])
  // A webhook may want types that the product no longer has.
  const former = (types ?? []).filter((type) => data !== null && !offered.some((one) => one.type === type))
  const toggle = (type: string, isOn: boolean): void => {
    const others = (types ?? []).filter((one) => one !== type)
    set(isOn ? [...others, type] : others)
  }
  return (
    <>
      <Choices
        look="cards"
        legend={words.events}
        value={types === null ? 'all' : 'some'}
        choices={[
          { value: 'all', title: words.eventsAll, hint: words.eventsAllHint },
          { value: 'some', title: words.eventsSome, hint: words.eventsSomeHint },
        ]}
        set={(mode) => {
          if (types !== null) chosen.current = types
          set(mode === 'all' ? null : chosen.current)
        }}
      />
      {types !== null && (
        <fieldset class="indent types">
          <legend class="unseen">{words.events}</legend>
          <ErrorNotice error={error} strings={strings} retry={reload} />
          {[...offered, ...former.map((type) => ({ type, description: '', scope: '' }))].map(
            ({ type, description, scope }) => (
              <label key={type} class="check">
                <input
                  type="checkbox"
                  checked={types.includes(type)}
                  onChange={(event) => toggle(type, event.currentTarget.checked)}
                />
                <span>
                  <strong>
                    <code>{type}</code>
                  </strong>
                  <small>
                    {description} {scope !== '' && words.needs(scope)}
                  </small>
                </span>
              </label>
            ),
          )}
        </fieldset>
      )}
    </>
  )
}
