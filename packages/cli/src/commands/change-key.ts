import type { Actor, Key } from '@keywright/core'
import type { Given } from '../arguments/index.js'
import { type GivenPlace, type OpenKeyring, placeOptions, withKeyring } from '../host/index.js'
import { answer, answerJson, confirmChange, type ExitCode, exitCode, type Io } from '../terminal/index.js'
import { actorOf, actorOption } from './actor-option.js'
import { nameOf, plainLogOption, readKey, requireAuditKey } from './open-key.js'
import { organizationOf } from './owner-options.js'

/** The options of a command that changes the status of a key. */
export const changeOptions = {
  ...placeOptions,
  ...actorOption,
  ...plainLogOption,
  'dry-run': { type: 'flag', summary: 'Make all checks, and change nothing.' },
} as const

/** The options of a command that asks first. */
export const confirmOption = { yes: { type: 'flag', summary: 'Do it without asking.' } } as const

/** What is to be done with a key. */
export interface StatusChange {
  readonly id: string
  /** The question to ask first. @defaultValue none */
  readonly question?: string
  change(opened: OpenKeyring, options: { readonly actor: Actor; readonly dryRun: boolean }): Promise<Key>
}

/** Opens the keyring, asks, changes a key and says how it is then. */
export function changeKey(
  io: Io,
  given: Given<typeof changeOptions> & GivenPlace & { readonly json: boolean; readonly yes?: boolean },
  { id, question, change }: StatusChange,
): Promise<ExitCode> {
  return withKeyring(io, given, async (opened) => {
    const before = await readKey(opened, id)
    await requireAuditKey(opened, organizationOf(before.owner), given)
    const dryRun = given['dry-run']
    if (question !== undefined && !dryRun) await confirmChange(io, `${question} ${nameOf(before)}?`, given.yes === true)
    const key = await change(opened, { actor: actorOf(given, opened), dryRun })
    if (given.json) await answerJson(io, { key, changed: !dryRun && key.version !== before.version, dryRun })
    else await answer(io, sentence(key, before, dryRun))
    return exitCode.ok
  })
}

function sentence(key: Key, before: Key, dryRun: boolean): string {
  const end = key.status === 'active' && key.expiresAt !== null ? `, until ${key.expiresAt.toISOString()}` : ''
  if (key.version === before.version) return `Key ${key.id} stays as it is: ${key.status}${end}.`
  return `Key ${key.id} ${dryRun ? 'would be' : 'is'} ${key.status}${end}${dryRun ? '. Nothing was changed' : ''}.`
}
