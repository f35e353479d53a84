import { InvalidOptions } from '@keywright/core'

/**
 * Refuses an embedded replica of Turso, which reads a file of its own: what was revoked comes with its next synchronization. Nothing in
 * SQL shows one, but libsql refuses to synchronize anything else.
 *
 * @throws {@link InvalidOptions}
 */
export function refuseReplica(database: object): void {
  if (!('sync' in database) || typeof database.sync !== 'function') return // another driver's
  try {
    database.sync()
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('SyncNotSupported')) return
  }
  const message =
    'database is an embedded replica, opened with syncUrl: it would accept a key that was revoked elsewhere. Open a file without syncUrl.'
  throw new InvalidOptions('database', 'a database without syncUrl', message)
}
