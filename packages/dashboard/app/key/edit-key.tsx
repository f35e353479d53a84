import { useState } from 'preact/hooks'
import { answerOf, type Key, type Schemas } from '../client/client.js'
import { type AccessMode, grantsOf, toGrants } from '../grants/draft.js'
import { GrantsFields } from '../grants/grants-fields.js'
import { limitsOf, toLimits } from '../grants/limits-draft.js'
import { ExpiryFields, UseFields } from '../grants/limits-fields.js'
import { ErrorNotice } from '../parts/error-notice.js'
import { Field } from '../parts/field.js'
import { useAction } from '../state/load.js'
import { usePage } from '../state/page.js'

export type EditedPart = 'name' | 'grants' | 'limits'

interface EditKeyProps {
  readonly of: Key
  readonly part: EditedPart
  /** `null`: somebody else was faster, and the key must be read again. */
  readonly done: (key: Key | null) => void
  readonly cancel: () => void
}

/** A key is changed as it was read: what somebody else changed meanwhile is not undone. */
export function EditKey({ of: key, part, done, cancel }: EditKeyProps) {
  const { client, strings, catalog, options, changed, say } = usePage()
  const { error, isBusy, run } = useAction()
  const [name, setName] = useState(key.name)
  const [description, setDescription] = useState(key.description ?? '')
  const [grants, setGrants] = useState(() => grantsOf(key, catalog))
  const [limits, setLimits] = useState(() => limitsOf(key, catalog))
  const [firstLimits] = useState(limits)
  const bodies: Readonly<Record<EditedPart, () => Schemas['UpdateKey']>> = {
    name: () => ({ name: name.trim(), description: description.trim() === '' ? null : description.trim() }),
    grants: () => toGrants(grants, catalog),
    limits: () => changedLimits(),
  }
  /** Only what was touched: a key may have more limits than the form shows. */
  function changedLimits(): Schemas['UpdateKey'] {
    const { expires_at, ip_allow_list, rate_limits } = toLimits(limits)
    const isSame = (...fields: (keyof typeof limits)[]) => fields.every((field) => limits[field] === firstLimits[field])
    return {
      ...(isSame('expiry', 'date') || expires_at === undefined ? {} : { expires_at }),
      ...(isSame('addresses') || ip_allow_list === undefined ? {} : { ip_allow_list }),
      ...(isSame('limit', 'windowMs') || rate_limits === undefined ? {} : { rate_limits }),
    }
  }
  const save = async (): Promise<void> => {
    const params = { path: { id: key.id }, header: { 'If-Match': `"${key.version}"` } }
    const now = await answerOf(client.PATCH('/{id}', { params, body: bodies[part]() }))
    changed()
    say(strings.key.saved)
    done(now)
  }
  const submit = (): void => void run(save)
  const isStale = error?.status === 412
  const modes: readonly AccessMode[] = ['choose']
  return (
    <div class="edit">
      {part === 'name' && (
        <>
          <Field
            hasFocus
            label={strings.key.name}
            value={name}
            set={setName}
            maxLength={catalog.limits.name.maximum}
            fault={error?.faultAt('/name')}
            enter={submit}
          />
          <Field
            isOptional
            label={strings.key.description}
            rows={3}
            value={description}
            set={setDescription}
            maxLength={catalog.limits.description.maximum}
            fault={error?.faultAt('/description')}
          />
        </>
      )}
      {part === 'grants' && <GrantsFields draft={grants} set={setGrants} modes={modes} error={error} />}
      {part === 'limits' && (
        <>
          {options.show.expiry && <ExpiryFields draft={limits} set={setLimits} error={error} />}
          <UseFields draft={limits} set={setLimits} error={error} />
        </>
      )}
      <ErrorNotice
        error={error}
        strings={strings}
        retry={submit}
        text={isStale ? strings.key.changedMeanwhile : undefined}
      />
      <div class="buttons">
        <button type="button" class="button primary" disabled={isBusy} onClick={isStale ? () => done(null) : submit}>
          {isBusy ? strings.common.saving : isStale ? strings.error.retry : strings.common.save}
        </button>
        <button type="button" class="button" onClick={cancel}>
          {strings.common.cancel}
        </button>
      </div>
    </div>
  )
}
