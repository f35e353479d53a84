import type { RefObject } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { ApiError } from '../client/api-error.js'
import { answerOf, type Key } from '../client/client.js'
import type { AccessMode } from '../grants/draft.js'
import { GrantsFields } from '../grants/grants-fields.js'
import { isDateMissing } from '../grants/limits-draft.js'
import { ExpiryFields, UseFields } from '../grants/limits-fields.js'
import { ErrorNotice } from '../parts/error-notice.js'
import { Field } from '../parts/field.js'
import { useAction } from '../state/load.js'
import { usePage } from '../state/page.js'
import { TagsField } from '../tags/tags-field.js'
import { changesOf, type EditDraft, editDraftOf, isTouched, rebase } from './edit-draft.js'

export type EditedPart = 'name' | 'grants' | 'limits'

interface EditKeyProps {
  /** The key as it was when somebody began to change it. */
  readonly of: Key
  readonly part: EditedPart
  readonly done: () => void
  /** Whether something would be lost. */
  readonly touched: (isTouched: boolean) => void
}

const modes: readonly AccessMode[] = ['choose']

/** A key is changed as it was read: what somebody else changed meanwhile is shown, and not undone. */
export function EditKey({ of: key, part, done, touched }: EditKeyProps) {
  const { client, strings, catalog, options, changed, say } = usePage()
  const { error, isBusy, run } = useAction()
  const [{ version, base }, setRead] = useState(() => ({ version: key.version, base: editDraftOf(key, catalog) }))
  const [draft, setDraft] = useState(base)
  const [isTried, setTried] = useState(false)
  const [isRebased, setRebased] = useState(false)
  const set = (fields: Partial<EditDraft>): void => setDraft({ ...draft, ...fields })
  const isDirty = isTouched(draft, base)
  // Before the next key press, which may be Escape.
  useLayoutEffect(() => {
    touched(isDirty)
    return () => touched(false)
  }, [isDirty])

  const form = useFocus()
  const path = { id: key.id }
  const readAgain = async (): Promise<void> => {
    const now = await answerOf(client.GET('/{id}', { params: { path } }))
    const read = editDraftOf(now, catalog)
    setRead({ version: now.version, base: read })
    setDraft(rebase(draft, base, read))
    setRebased(true)
  }
  const save = async (): Promise<void> => {
    setRebased(false)
    const params = { path, header: { 'If-Match': `"${version}"` } }
    try {
      changed(await answerOf(client.PATCH('/{id}', { params, body: changesOf(draft, base, catalog) })))
    } catch (fault) {
      if (fault instanceof ApiError && fault.status === 412) await readAgain()
      throw fault
    }
    say(strings.key.saved)
  }
  const hasNoName = draft.name.trim() === ''
  const hasNoDate = part === 'limits' && options.show.expiry && isDateMissing(draft)
  const submit = (): void => {
    setTried(true)
    if (!isDirty) done()
    else if (!hasNoName && !hasNoDate) void run(save).then((isSaved) => isSaved && done())
  }
  return (
    <div class="edit" ref={form}>
      {part === 'name' && (
        <>
          <Field
            hasFocus
            label={strings.key.name}
            value={draft.name}
            set={(name) => set({ name })}
            maxLength={catalog.limits.name.maximum}
            fault={error?.faultAt('/name') ?? (isTried && hasNoName ? strings.create.nameMissing : null)}
            enter={submit}
          />
          <Field
            isOptional
            label={strings.key.description}
            rows={3}
            value={draft.description}
            set={(description) => set({ description })}
            maxLength={catalog.limits.description.maximum}
            fault={error?.faultAt('/description')}
          />
          <TagsField value={draft.tags} set={(tags) => set({ tags })} error={error} enter={submit} />
        </>
      )}
      {part === 'grants' && <GrantsFields draft={draft} set={set} modes={modes} error={error} />}
      {part === 'limits' && (
        <>
          {options.show.expiry && (
            <ExpiryFields draft={draft} set={set} error={error} hasNoDate={isTried && hasNoDate} />
          )}
          <UseFields draft={draft} set={set} error={error} />
        </>
      )}
      <ErrorNotice
        error={error}
        strings={strings}
        retry={submit}
        text={isRebased ? strings.key.changedMeanwhile : undefined}
      />
      <div class="buttons">
        <button type="button" class="button primary" disabled={isBusy} onClick={submit}>
          {isBusy ? strings.common.saving : strings.common.save}
        </button>
        <button type="button" class="button" onClick={done}>
          {strings.common.cancel}
        </button>
      </div>
    </div>
  )
}

/** The form takes the place of the button that opened it: its first field has the focus, and then the title of the dialog. */
function useFocus(): RefObject<HTMLDivElement | null> {
  const form = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const title = form.current?.closest('dialog')?.querySelector('h2')
    form.current?.querySelector<HTMLElement>('input, textarea, select')?.focus()
    return () => title?.focus()
  }, [])
  return form
}
