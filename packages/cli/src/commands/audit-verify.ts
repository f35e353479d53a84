import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { type AuditCheckpoint, type AuditVerdict, verifyAuditExport } from '@keywright/core'
import { command } from '../arguments/index.js'
import { auditKeysOf, placeOptions, withKeyring } from '../host/index.js'
import {
  answer,
  answerJson,
  exitCode,
  Failure,
  type Io,
  plainText,
  usageFailure,
  withProgress,
} from '../terminal/index.js'

/** `keywright audit verify` */
export const auditVerify = command({
  name: 'audit verify',
  summary: 'Check that nothing in an audit log was changed: in the database, or in an exported file.',
  details:
    'With --file no database is needed, and KEYWRIGHT_AUDIT_KEY (and KEYWRIGHT_AUDIT_KEY_ID, a1) is the key of the log, if it has one; KEYWRIGHT_AUDIT_PLAIN_UNTIL is its plainUntil.\nKeep the checkpoint of --json elsewhere: with it, the next check finds also that a log was cut off or written anew.',
  options: {
    ...placeOptions,
    organization: { type: 'text', value: 'id', summary: 'The organization whose log it is.' },
    file: { type: 'text', value: 'file', summary: 'An export as jsonl; - is standard input.' },
    checkpoint: { type: 'text', value: 'file', summary: 'What an earlier check wrote with --json.' },
    'since-checkpoint': { type: 'flag', summary: 'Begin at the checkpoint.' },
    'ends-with-checkpoint': {
      type: 'flag',
      summary: 'The file is a part of an archive, which ends with a checkpoint.',
    },
  },
  examples: [
    'audit verify --organization acme --json > checkpoint.json',
    'audit verify --organization acme --checkpoint checkpoint.json',
    'audit verify --file acme.jsonl',
  ],
  run: async (given, io) => {
    const { organization, file } = given
    if ((organization === undefined) === (file === undefined))
      throw usageFailure('Give --organization to check the log in the database, or --file to check an export.')
    if (file === undefined && given['ends-with-checkpoint'])
      throw usageFailure('--ends-with-checkpoint goes with --file.')
    const place = given.checkpoint === undefined ? {} : { checkpoint: await readCheckpoint(io, given.checkpoint) }
    const from = { ...place, sinceCheckpoint: given['since-checkpoint'] }
    const verdict = await withProgress(io, 'Checking the log', () =>
      file === undefined
        ? withKeyring(io, given, ({ keyring }) => keyring.audit.verify({ organizationId: organization ?? '', ...from }))
        : verifyFile(io, file, { ...from, endsWithCheckpoint: given['ends-with-checkpoint'] }),
    )
    if (given.json) await answerJson(io, verdict)
    else await answer(io, sentence(verdict))
    return verdict.ok ? exitCode.ok : exitCode.refused
  },
})

async function verifyFile(
  io: Io,
  path: string,
  options: Parameters<typeof verifyAuditExport>[1],
): Promise<AuditVerdict> {
  const auditKeys = auditKeysOf(io)
  const input = path === '-' ? io.stdin : createReadStream(resolve(io.folder, path), 'utf8')
  // readline does not pass on that the file cannot be read.
  const broken = new Promise<never>((_, reject) => {
    input.once('error', (cause: unknown) =>
      reject(new Failure('unreadable_file', 'The file of --file cannot be read.', { cause })),
    )
  })
  return Promise.race([verifyAuditExport(createInterface({ input }), { ...options, ...auditKeys }), broken])
}

/** Takes the checkpoint alone, or the whole answer of an earlier check. */
async function readCheckpoint(io: Io, path: string): Promise<AuditCheckpoint> {
  const content = await readFile(resolve(io.folder, path), 'utf8').catch((cause: unknown) => {
    throw new Failure('unreadable_file', 'The file of --checkpoint cannot be read.', { cause })
  })
  try {
    const value = JSON.parse(content)
    return value?.checkpoint ?? value // the check looks at it
  } catch {
    throw new Failure('unreadable_file', 'The file of --checkpoint must hold what keywright audit verify --json wrote.')
  }
}

const problems: Readonly<Record<Extract<AuditVerdict, { ok: false }>['problem'], string>> = {
  altered: 'was changed, or was not written by Keywright',
  missing: 'is missing',
  truncated: 'is the last one, and others were after it',
  rewritten: 'is another one than before: the log was written anew',
  pruned: 'is the last one that was archived: begin after it',
  unknown_key: 'has an audit key that is not known here',
}

function sentence(verdict: AuditVerdict): string {
  if (!verdict.ok) return `The log is ${verdict.problem}: record ${verdict.seq} ${problems[verdict.problem]}.`
  const { seq, hash } = verdict.checkpoint
  return `The log is as it was written: ${seq} records, the last one with the hash ${plainText(hash)}.`
}
