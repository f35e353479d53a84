import type { OnEvent } from '@keywright/core'

/** Where your lines go. */
export interface Log {
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** Makes an `onEvent` that writes each event to a log. Events hold no token and no part of one. */
export function logEvents(log: Log): OnEvent {
  return (event) => {
    switch (event.type) {
      case 'keyring.outage_began':
      case 'hasher.wrong_pepper':
        return log.error(event, 'Keys cannot be verified')
      case 'api_key.used_after_revocation':
      case 'api_key.exposed_in_url':
      case 'api_key.sent_in_clear':
        return log.warn(event, 'Somebody has a key who should not')
      default:
        return log.warn(event, event.type)
    }
  }
}
