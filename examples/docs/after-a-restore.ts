import { KeyNotFound, type Keyring } from '@keywright/core'

/** Stops every key of a restored database that could be used. Each is locked: your own code or an administrator enables it. */
export async function stopAllKeys(keyring: Pick<Keyring, 'list' | 'disable'>): Promise<number> {
  let stopped = 0
  for (;;) {
    const { keys } = await keyring.list({ status: 'active', limit: 100 })
    if (keys.length === 0) return stopped
    for (const { id } of keys) await keyring.disable(id, { reason: 'The database was restored from a backup.' })
    stopped += keys.length
  }
}

/**
 * Does again what an export of the audit log says was done after the backup: keys that were ended are revoked, and keys that were
 * changed in any other way are disabled until somebody has looked at them.
 *
 * @param lines - The export, as JSON lines.
 * @param lastSeq - The `seq` of the last record that the restored log has.
 */
export async function endAgain(
  keyring: Pick<Keyring, 'revoke' | 'disable'>,
  lines: AsyncIterable<string> | Iterable<string>,
  lastSeq: number,
): Promise<void> {
  const reason = 'Changed after the backup that was restored.'
  for await (const line of lines) {
    if (line.trim() === '') continue
    const { seq, type, keyId } = JSON.parse(line)
    const isChange = String(type).startsWith('api_key.') && type !== 'api_key.revealed'
    if (!(seq > lastSeq) || !isChange) continue
    const isEnd = type === 'api_key.revoked' || type === 'api_key.deleted'
    try {
      await (isEnd ? keyring.revoke(keyId, { reason }) : keyring.disable(keyId, { reason }))
    } catch (error) {
      if (isGone(error)) continue // made after the backup, or ended by a record before this one
      throw error
    }
  }
}

function isGone(error: unknown): boolean {
  return error instanceof KeyNotFound || (error instanceof Error && 'code' in error && error.code === 'invalid_state')
}
