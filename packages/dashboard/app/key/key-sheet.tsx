import { useEffect, useState } from 'preact/hooks'
import { answerOf, type Key } from '../client/client.js'
import { actionsFor, type KeyActionName, KeyActions } from '../keys/key-actions.js'
import { actorInWords } from '../keys/owner-in-words.js'
import { ErrorNotice } from '../parts/error-notice.js'
import { Sheet } from '../parts/sheet.js'
import { StatusBadge } from '../parts/status-badge.js'
import { useLeaveQuestion } from '../parts/use-leave-question.js'
import { When } from '../parts/when.js'
import { useLoad } from '../state/load.js'
import { usePage } from '../state/page.js'
import { type EditedPart, EditKey } from './edit-key.js'
import { KeyAccess } from './key-access.js'
import { KeyDetails } from './key-details.js'
import { KeySchedule } from './key-schedule.js'

/** One key: what it is, what it may do, and what can be done with it. */
export function KeySheet({ id }: { readonly id: string }) {
  const { client, strings, router, revision, change } = usePage()
  const close = () => router.go('keys')
  const { data, error, reload } = useLoad(
    (signal) => answerOf(client.GET('/{id}', { params: { path: { id } }, signal })),
    [client, id, revision],
  )
  const [edited, setEdited] = useState<{ readonly part: EditedPart; readonly key: Key } | null>(null)
  const [isTouched, setTouched] = useState(false)
  const leaving = useLeaveQuestion({ isAsked: isTouched, words: strings.form, close })
  // Only what happens while it is open: an address of a key that is gone says so.
  const [opened] = useState(revision)
  const changed = revision > opened && change.key?.id === id ? change.key : null
  const isRemoved = changed?.status === 'removed'
  useEffect(() => {
    if (isRemoved) close()
  }, [isRemoved])
  // What a change answered is newer than what was loaded.
  const isNewer = changed !== null && changed.status !== 'removed' && (data === null || changed.version > data.version)
  const key = isNewer ? changed : data
  const isGone = error !== null && (error.status === 404 || error.status === 400)
  return (
    <Sheet kind="side" close={leaving.leave} title={key === null ? strings.key.details : <bdi>{key.name}</bdi>}>
      {key === null && error === null && <p class="quiet">{strings.page.loading}</p>}
      <ErrorNotice error={error} strings={strings} retry={reload} text={isGone ? strings.key.gone : undefined} />
      {edited !== null && (
        <EditKey
          key={edited.part}
          of={edited.key}
          part={edited.part}
          done={() => setEdited(null)}
          touched={setTouched}
        />
      )}
      {key !== null && !isGone && edited === null && <Shown of={key} edit={(part) => setEdited({ part, key })} />}
      {leaving.question}
    </Sheet>
  )
}

interface ShownProps {
  readonly of: Key
  readonly edit: (part: EditedPart) => void
}

function Shown({ of: key, edit }: ShownProps) {
  const { catalog } = usePage()
  const [asked, setAsked] = useState<KeyActionName | null>(null)
  return (
    <>
      <State of={key} />
      <Actions of={key} ask={setAsked} />
      <KeyDetails of={key} edit={edit} />
      {catalog.rotation_schedules && <KeySchedule of={key} />}
      <KeyAccess of={key} edit={edit} />
      <End of={key} ask={setAsked} />
      {asked !== null && <KeyActions asked={{ name: asked, key }} close={() => setAsked(null)} />}
    </>
  )
}

/** What somebody should know of the key before all else. */
function State({ of: key }: { readonly of: Key }) {
  const { strings, formats, options } = usePage()
  const words = strings.key
  const by = key.disabled_by === null ? '' : actorInWords(key.disabled_by, options.productName)
  return (
    <div class="state">
      <StatusBadge status={key.status} />
      {key.disabled_at !== null && <span>{words.disabledBy(by, formats.ago(key.disabled_at))}</span>}
      {key.disabled_reason !== null && <p>{words.reason(key.disabled_reason)}</p>}
      {key.locked && <p class="quiet">{words.locked}</p>}
      {key.revoked_at !== null && <span>{words.revokedAt(formats.ago(key.revoked_at))}</span>}
      {key.revoked_reason !== null && <p>{words.reason(key.revoked_reason)}</p>}
      {key.previous_token_expires_at !== null && Date.parse(key.previous_token_expires_at) > Date.now() && (
        <p class="quiet">
          {words.previousToken(formats.exact(key.previous_token_expires_at))}{' '}
          {key.previous_token_last_used_at === null
            ? words.previousUnused
            : words.previousUsed(formats.ago(key.previous_token_last_used_at))}
        </p>
      )}
      {key.last_used_at !== null && (
        <span class="quiet">
          {words.lastUsed} <When at={key.last_used_at} />
        </span>
      )}
    </div>
  )
}

interface ActionsProps {
  readonly of: Key
  readonly ask: (name: KeyActionName) => void
}

function Actions({ of: key, ask }: ActionsProps) {
  const { strings, catalog, options } = usePage()
  const actions = actionsFor(key, catalog, options).filter(({ isDangerous }) => !isDangerous)
  if (actions.length === 0) return null
  return (
    <div class="buttons">
      {actions.map(({ name }) => (
        <button key={name} type="button" class="button" onClick={() => ask(name)}>
          {strings.key[name]}
        </button>
      ))}
    </div>
  )
}

/** What cannot be undone stands at the end, with what each does. */
function End({ of: key, ask }: ActionsProps) {
  const { strings, catalog, options } = usePage()
  const words = strings.key
  const actions = actionsFor(key, catalog, options).filter(({ isDangerous }) => isDangerous)
  if (actions.length === 0) return null
  return (
    <section class="ending">
      <h3>{words.dangerTitle}</h3>
      {key.status === 'active' && <p class="quiet">{words.disableHint}</p>}
      {actions.map(({ name }) => (
        <div key={name}>
          <p>{name === 'revoke' ? words.revokeHint : words.removeHint}</p>
          <button type="button" class="button danger" onClick={() => ask(name)}>
            {words[name]}
          </button>
        </div>
      ))}
    </section>
  )
}
