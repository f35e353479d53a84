import { useEffect } from 'preact/hooks'
import { answerOf, type Catalog, type Key } from '../client/client.js'
import { EndKey } from '../key/end-key.js'
import { RevealKey } from '../key/reveal-key.js'
import { RotateKey } from '../key/rotate-key.js'
import { TransferKey } from '../key/transfer-key.js'
import type { ElementOptions } from '../page-options.js'
import { ErrorNotice } from '../parts/error-notice.js'
import { Sheet } from '../parts/sheet.js'
import { useAction } from '../state/load.js'
import { usePage } from '../state/page.js'
import type { AskedAction } from './keys-view.js'

export type KeyActionName = 'enable' | 'disable' | 'rotate' | 'reveal' | 'transfer' | 'revoke' | 'remove'

interface KeyAction {
  readonly name: KeyActionName
  readonly isDangerous: boolean
}

/** What this caller can do with a key as it is. The API decides again. */
export function actionsFor(
  { status, revealable, locked, owner }: Key,
  { permissions }: Catalog,
  { show }: ElementOptions,
): readonly KeyAction[] {
  const isAlive = status === 'active' || status === 'disabled'
  const may: Readonly<Record<KeyActionName, boolean>> = {
    enable: status === 'disabled' && permissions.create && (!locked || permissions.manage_all),
    disable: status === 'active' && permissions.revoke,
    rotate: isAlive && permissions.create,
    reveal: isAlive && revealable && permissions.reveal && show.reveal,
    // The own key of a person stays theirs: they know its token.
    transfer: isAlive && owner.type === 'organization' && permissions.create && permissions.manage_all,
    revoke: status !== 'revoked' && permissions.revoke,
    remove: permissions.revoke,
  }
  const names = Object.keys(may) as KeyActionName[] // the names of an object
  return names
    .filter((name) => may[name])
    .map((name) => ({ name, isDangerous: name === 'revoke' || name === 'remove' }))
}

interface KeyActionsProps {
  readonly asked: AskedAction
  readonly close: () => void
}

/** Does what somebody chose for a key, after the question that belongs to it. */
export function KeyActions({ asked: { name, key }, close }: KeyActionsProps) {
  if (name === 'rotate') return <RotateKey of={key} close={close} />
  if (name === 'transfer') return <TransferKey of={key} close={close} />
  if (name === 'reveal') return <RevealKey of={key} close={close} />
  if (name === 'revoke' || name === 'remove') return <EndKey of={key} by={name} close={close} />
  return <ToggleKey key={`${name} ${key.id}`} of={key} to={name} close={close} />
}

interface ToggleKeyProps {
  readonly of: Key
  readonly to: 'enable' | 'disable'
  readonly close: () => void
}

/** Needs no question: it can be undone, by those who may. */
function ToggleKey({ of: { id, name }, to, close }: ToggleKeyProps) {
  const { client, strings, catalog, options, say, changed } = usePage()
  const { error, run } = useAction()
  const toggle = async (way: 'enable' | 'disable'): Promise<void> => {
    const key = await answerOf(client.POST(`/{id}/${way}`, { params: { path: { id } } }))
    changed(key)
    const back = way === 'enable' ? 'disable' : 'enable'
    const canUndo = way === to && actionsFor(key, catalog, options).some((action) => action.name === back)
    const undo = (): void => void toggle(back).catch(() => say(strings.key.undoFailed(name)))
    say(strings.key[way === 'enable' ? 'enabled' : 'disabled'](name), canUndo ? undo : undefined)
  }
  const attempt = () => void run(() => toggle(to)).then((isDone) => isDone && close())
  useEffect(attempt, [])
  if (error === null) return null
  return (
    <Sheet title={strings.key[to]} kind="small" close={close}>
      <ErrorNotice error={error} strings={strings} retry={attempt} />
    </Sheet>
  )
}
