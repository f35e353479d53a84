import type { AuditRecord } from '@keywright/core'
import { command, readWholeNumber } from '../arguments/index.js'
import { placeOptions, withKeyring } from '../host/index.js'
import { answer, answerJson, exitCode, note, table } from '../terminal/index.js'
import { auditOptions, readAuditFilter } from './audit-options.js'

/** `keywright audit list` */
export const auditList = command({
  name: 'audit list',
  summary: 'List records of an audit log, newest first.',
  options: {
    ...placeOptions,
    ...auditOptions,
    limit: { type: 'text', value: 'count', summary: 'How many records, at most 100. Default: 50.' },
    cursor: { type: 'text', value: 'text', summary: 'The nextCursor of an earlier page.' },
  },
  examples: [
    'audit list --organization acme',
    'audit list --organization acme --type api_key.revoked --from 2027-01-01',
  ],
  run: (given, io) =>
    withKeyring(io, given, async ({ keyring }) => {
      const { records, nextCursor } = await keyring.audit.list({
        ...readAuditFilter(given),
        limit: readWholeNumber(given.limit, 'limit'),
        cursor: given.cursor,
      })
      if (given.json) await answerJson(io, { records, nextCursor })
      else {
        if (records.length === 0) await note(io, 'There are no such records.')
        else await answer(io, table(headings, records.map(rowOf), io.stdout))
        if (nextCursor !== null) await note(io, `There are more: --cursor ${nextCursor}`)
      }
      return exitCode.ok
    }),
})

const headings = ['NO.', 'TIME', 'TYPE', 'ACTOR', 'KEY', 'DATA']

const rowOf = ({ seq, at, type, actor, keyId, data }: AuditRecord) =>
  [seq, at, type, `${actor.type} ${actor.id}`, keyId, JSON.stringify(data)] as const
