import type { Actor } from '@keywright/core'
import type { Given, Options } from '../arguments/index.js'
import type { OpenKeyring } from '../host/index.js'
import { usageFailure } from '../terminal/index.js'

/** The option that says who acts. */
export const actorOption = {
  actor: {
    type: 'text',
    value: 'type:id',
    summary: 'Who acts, for the audit log: user:ada or system:cron. A user gives no more than they have.',
  },
} as const satisfies Options

/** Who acts: as the command line says, or else as the configuration does. @throws Failure */
export function actorOf({ actor }: Given<typeof actorOption>, opened: OpenKeyring): Actor {
  if (actor === undefined) return opened.actor
  const [, type, id] = /^(user|system):(.+)$/.exec(actor) ?? []
  if (id === undefined) throw usageFailure('--actor must be user: or system: and an id, such as user:ada.')
  return { type: type === 'user' ? 'user' : 'system', id }
}
