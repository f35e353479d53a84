import { type Key, KeyNotFound } from '@keywright/core'
import type { Argument } from '../arguments/index.js'
import type { OpenKeyring } from '../host/index.js'
import { Failure, plainText } from '../terminal/index.js'
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

/**
 * Makes sure that a change may be written into the log of an organization. A keyring that was made of a database alone might sign a
 * record otherwise than those before it, and the log would look forged.
 *
 * @throws Failure where this keyring would not have signed the last record as it is.
 */
export async function requireAuditKey({ keyring, from }: OpenKeyring, organizationId: string): Promise<void> {
  if (from === 'config') return
  const { records } = await keyring.audit.list({ organizationId, limit: 2 })
  const [last, before] = records
  if (last === undefined) return
  const since =
    before === undefined ? {} : { checkpoint: { seq: before.seq, hash: before.hash }, sinceCheckpoint: true }
  const verdict = await keyring.audit.verify({ organizationId, ...since })
  if (verdict.ok) return
  const signed = last.auditKeyId === null ? 'no key' : `the key ${plainText(last.auditKeyId)}`
  throw new Failure(
    'missing_variable',
    `The audit log of this organization is signed with ${signed}, and this command has another: set KEYWRIGHT_AUDIT_KEY and KEYWRIGHT_AUDIT_KEY_ID as the product has them, or use a configuration.`,
  )
}
