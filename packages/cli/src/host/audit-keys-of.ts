import type { KeyringOptions } from '@keywright/core'
import { readDate } from '../arguments/index.js'
import type { Io } from '../terminal/index.js'

/** The audit key that the environment names, as options of a keyring or of a check; none: nothing. @throws Failure */
export function auditKeysOf({ env }: Pick<Io, 'env'>): Pick<KeyringOptions, 'auditKeys'> {
  const { KEYWRIGHT_AUDIT_KEY: key, KEYWRIGHT_AUDIT_KEY_ID: id = 'a1', KEYWRIGHT_AUDIT_PLAIN_UNTIL: until } = env
  if (key === undefined) return {}
  const plainUntil = readDate(until, 'KEYWRIGHT_AUDIT_PLAIN_UNTIL')
  return { auditKeys: { current: id, keys: { [id]: key }, plainUntil } }
}
