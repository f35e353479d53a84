import { type Key, KeyNotFound } from '@keywright/core'
import type { Argument, Given, Options } from '../arguments/index.js'
import type { OpenKeyring } from '../host/index.js'
import { Failure, plainText, usageFailure } from '../terminal/index.js'
import { wordsOf } from './owner-options.js'

/** The key that a command is about. */
export const keyArgument: Argument = { name: 'id', summary: 'The id of the key: 12 letters and digits.' }

/** @throws KeyNotFound */
export async function readKey({ keyring }: OpenKeyring, id: string): Promise<Key> {
  const key = await keyring.get(id)
  if (key === null) throw new KeyNotFound(id)
  return key
}

/** A key as a question names it. */
export function nameOf(key: Key): string {
  return plainText(`${key.id}, ${key.name}, of ${wordsOf(key.owner)}`)
}

/** The option of a command that writes into the audit log. */
export const plainLogOption = {
  'without-audit-keys': {
    type: 'flag',
    summary: 'Your keyring has no auditKeys. With --database-url, which does not say it.',
  },
} as const satisfies Options

/**
 * Makes sure that a change may be written into the log of an organization. A keyring that was made of a database alone might sign a
 * record otherwise than those before it, and the log would look forged.
 *
 * @throws Failure where this keyring would not have signed the last record as it is, or where nothing says how the next is signed.
 */
export async function requireAuditKey(
  { keyring, from, hasAuditKey }: OpenKeyring,
  organizationId: string,
  { 'without-audit-keys': isPlain }: Given<typeof plainLogOption>,
): Promise<void> {
  if (from === 'config') {
    if (isPlain) throw usageFailure('--without-audit-keys goes with --database-url: a configuration says it itself.')
    return
  }
  const { records } = await keyring.audit.list({ organizationId, limit: 2 })
  const [last, before] = records
  // A product that got its keys after the last record signs the next one.
  if ((last === undefined || last.auditKeyId === null) && !hasAuditKey && !isPlain)
    throw new Failure('missing_variable', mayBeSigned)
  if (last === undefined) return
  const since =
    before === undefined ? {} : { checkpoint: { seq: before.seq, hash: before.hash }, sinceCheckpoint: true }
  const verdict = await keyring.audit.verify({ organizationId, ...since })
  if (verdict.ok) return
  const signed = last.auditKeyId === null ? 'no key' : `the key ${plainText(last.auditKeyId)}`
  throw new Failure(
    'missing_variable',
    `The audit log of this organization is signed with ${signed}, and this command has another: set KEYWRIGHT_AUDIT_KEY, KEYWRIGHT_AUDIT_KEY_ID and KEYWRIGHT_AUDIT_PLAIN_UNTIL as the product has them, or use a configuration.`,
  )
}

const mayBeSigned =
  'A database does not say whether the next record of this audit log must be signed. If your keyring has auditKeys, set KEYWRIGHT_AUDIT_KEY, KEYWRIGHT_AUDIT_KEY_ID and KEYWRIGHT_AUDIT_PLAIN_UNTIL as it has them; if it has none, add --without-audit-keys.'
