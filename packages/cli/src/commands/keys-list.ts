import type { Key, KeyStatus } from '@keywright/core'
import { command, readDate, readWholeNumber } from '../arguments/index.js'
import { placeOptions, withKeyring } from '../host/index.js'
import { answer, answerJson, exitCode, note, table } from '../terminal/index.js'
import { ownerOptions, selectionOf, wordsOf } from './owner-options.js'

const statuses = ['active', 'disabled', 'revoked', 'expired'] as const satisfies readonly KeyStatus[]
const sorts = ['created', 'name', 'lastUsed', 'expiry'] as const
const orders = ['asc', 'desc'] as const

/** `keywright keys list` */
export const keysList = command({
  name: 'keys list',
  summary: 'List keys, newest first.',
  options: {
    ...placeOptions,
    ...ownerOptions,
    status: { type: 'texts', value: 'status', summary: 'Keys with one of these.', choices: statuses },
    search: {
      type: 'text',
      value: 'text',
      summary: 'Keys of which words in the name or a tag, or the preview, begin so. Needs --organization.',
    },
    tag: { type: 'texts', value: 'tag', summary: 'Keys that have all of these. Needs --organization.' },
    scope: { type: 'text', value: 'scope', summary: 'Keys that have this scope. Needs --organization.' },
    'unused-since': { type: 'text', value: 'date', summary: 'Keys that were not used since. Needs --organization.' },
    'expiring-before': { type: 'text', value: 'date', summary: 'Keys that expire before. Needs --organization.' },
    'breaks-policy': { type: 'flag', summary: 'Keys that break the policy. Needs --organization.' },
    sort: { type: 'text', value: 'field', summary: 'The order.', choices: sorts },
    order: { type: 'text', value: 'direction', summary: 'Its direction.', choices: orders },
    limit: { type: 'text', value: 'count', summary: 'How many keys, at most 100. Default: 50.' },
    cursor: { type: 'text', value: 'text', summary: 'The nextCursor of an earlier page.' },
  },
  examples: [
    'keys list --organization acme',
    'keys list --organization acme --status active,disabled --sort lastUsed',
    'keys list --organization acme --tag production',
    'keys list --organization acme --breaks-policy --status active,disabled',
    'keys list --database-url postgres://localhost/app --json',
  ],
  run: (given, io) => {
    const needs = given['breaks-policy'] ? { configFor: 'a database does not know the policy' } : {}
    return withKeyring(
      io,
      given,
      async ({ keyring }) => {
        const { search, tag, scope, cursor } = given
        const status = statuses.filter((one) => given.status.includes(one))
        const { keys, nextCursor } = await keyring.list({
          ...selectionOf(given),
          ...(status.length === 0 ? {} : { status }),
          ...(tag.length === 0 ? {} : { tag }),
          ...{ search, scope, cursor },
          unusedSince: readDate(given['unused-since'], 'unused-since'),
          expiringBefore: readDate(given['expiring-before'], 'expiring-before'),
          breaksPolicy: given['breaks-policy'],
          sort: sorts.find((one) => one === given.sort),
          order: orders.find((one) => one === given.order),
          limit: readWholeNumber(given.limit, 'limit'),
        })
        if (given.json) await answerJson(io, { keys, nextCursor })
        else {
          if (keys.length === 0) await note(io, 'There are no such keys.')
          else await answer(io, table(headings, keys.map(rowOf), io.stdout))
          if (nextCursor !== null) await note(io, `There are more: --cursor ${nextCursor}`)
        }
        return exitCode.ok
      },
      needs,
    )
  },
})

const headings = ['ID', 'NAME', 'STATUS', 'OWNER', 'PREVIEW', 'TAGS', 'CREATED', 'LAST USED', 'EXPIRES']

const rowOf = ({ id, name, status, owner, preview, tags, createdAt, lastUsedAt, expiresAt }: Key) =>
  [id, name, status, wordsOf(owner), preview, tags.join(', ') || null, createdAt, lastUsedAt, expiresAt] as const
