import type { Actor, Key, KeyGroup } from '@keywright/core'
import { command, type Given, readDate } from '../arguments/index.js'
import { placeOptions, withKeyring } from '../host/index.js'
import { answer, answerJson, confirmChange, exitCode, note, plainText, table, usageFailure } from '../terminal/index.js'
import { actorOf, actorOption } from './actor-option.js'
import { confirmOption } from './change-key.js'
import { plainLogOption, requireAuditKey } from './open-key.js'
import { organizationIn, ownerOptions, wordsOf } from './owner-options.js'

const options = {
  ...placeOptions,
  ...ownerOptions,
  creator: {
    type: 'text',
    value: 'type:id',
    summary: 'Keys that it created: user:ada, key:a1B2c3D4e5F6, system:cron.',
  },
  'issued-before': { type: 'text', value: 'date', summary: 'Keys that were created before: after a restored backup.' },
  'children-of': { type: 'text', value: 'id', summary: 'Keys that this key created. It is not one of them.' },
  'no-cascade': { type: 'flag', summary: 'Leave what these keys created.' },
  reason: { type: 'text', value: 'text', summary: 'For people, at most 200 characters.' },
  ...actorOption,
  ...plainLogOption,
  'dry-run': { type: 'flag', summary: 'Name the keys that would end, and change nothing.' },
  ...confirmOption,
} as const

/** `keywright keys revoke-all` */
export const keysRevokeAll = command({
  name: 'keys revoke-all',
  summary: 'End all keys that somebody created or has, with those that they created.',
  details: 'Safe to run again, also after it was cut off: what has ended is not met again.',
  options,
  examples: [
    'keys revoke-all --organization acme --creator user:ada --dry-run',
    'keys revoke-all --organization acme --issued-before 2027-01-31 --reason "restored backup" --yes',
  ],
  run: (given, io) =>
    withKeyring(io, given, async (opened) => {
      const group = groupOf(given)
      await requireAuditKey(opened, group.organizationId, given)
      const { 'dry-run': dryRun, reason } = given
      const by = { actor: actorOf(given, opened) }
      const input = { reason, cascade: !given['no-cascade'] }
      const trial = await opened.keyring.revokeAll(group, input, { ...by, dryRun: true })
      const isDone = !dryRun && trial.revoked.length > 0
      if (isDone) {
        const question = `Revoke for good ${trial.revoked.length} keys of organization ${plainText(group.organizationId)}?`
        await confirmChange(io, question, given.yes)
      }
      const { revoked, refused } = isDone ? await opened.keyring.revokeAll(group, input, by) : trial
      if (given.json) await answerJson(io, { revoked, refused, dryRun })
      else {
        if (revoked.length > 0) await answer(io, table(headings, revoked.map(rowOf), io.stdout))
        await note(io, `${revoked.length} keys ${dryRun ? 'would end. Nothing was changed' : 'have ended'}.`)
        if (refused.length > 0) await note(io, `${refused.length} keys may not be ended by this actor.`)
      }
      return exitCode.ok
    }),
})

function groupOf(given: Given<typeof options>): KeyGroup {
  const { user, creator, 'children-of': childrenOf } = given
  const organizationId = organizationIn(given)
  const issuedBefore = readDate(given['issued-before'], 'issued-before')
  if ([user, creator, issuedBefore, childrenOf].every((one) => one === undefined)) {
    throw usageFailure('Say which keys: --creator, --user, --issued-before or --children-of.')
  }
  return {
    organizationId,
    ...(user === undefined ? {} : { owner: { type: 'user', id: user, organizationId } }),
    ...(creator === undefined ? {} : { createdBy: creatorOf(creator) }),
    ...(issuedBefore === undefined ? {} : { issuedBefore }),
    ...(childrenOf === undefined ? {} : { childrenOf }),
  }
}

function creatorOf(text: string): Actor {
  const [, type, id] = /^(user|key|system):(.+)$/.exec(text) ?? []
  if (id === undefined) throw usageFailure('--creator must be user:, key: or system: and an id, such as user:ada.')
  return { type: type === 'user' ? 'user' : type === 'key' ? 'key' : 'system', id }
}

const headings = ['ID', 'NAME', 'OWNER', 'CREATED BY', 'CREATED']

const rowOf = ({ id, name, owner, createdBy, createdAt }: Key) =>
  [id, name, wordsOf(owner), `${createdBy.type} ${createdBy.id}`, createdAt] as const
