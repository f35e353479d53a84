import { InvalidInput } from '../errors/index.js'
import { isSameOwner, organizationOf } from '../store/lifetime.js'
import type { Actor, AuditContext, KeyRecord, Owner } from '../values/index.js'
import { checkId } from './check-input.js'

/** Who asks for a change, from where, and how far the change may reach. */
export interface ManageOptions {
  /** @defaultValue `{ type: 'system', id: 'keyring' }`: the host's own code */
  readonly actor?: Actor | undefined
  /** Kept in the audit record. */
  readonly context?: AuditContext | undefined
  /** Keys outside are treated as unknown (MGMT-5). @defaultValue no bounds */
  readonly within?: Within | undefined
  /**
   * For `create` and `rotate`, of a request that may be sent again: what was done once under the same key, by the same actor
   * in the same organisation within 24 hours, is not done again, and the call throws `RequestRepeated` (HTTP-16). 1 to 255
   * characters. @defaultValue each call is a request of its own
   */
  readonly idempotencyKey?: string | undefined
}

/** The keys of one organisation, or of one owner. With neither, none. */
export interface Within {
  readonly organizationId?: string | undefined
  readonly owner?: Owner | undefined
}

/** The actor of a call, copied. */
export function checkActor(options: ManageOptions): Actor {
  const { actor } = options
  if (actor === undefined) return { type: 'system', id: 'keyring' }
  if (actor?.type !== 'user' && actor?.type !== 'key' && actor?.type !== 'system') {
    throw new InvalidInput('actor.type', "'user', 'key' or 'system'")
  }
  return { type: actor.type, id: checkId(actor.id, 'actor.id') }
}

/** The context of a call, copied: only its own three fields, each a text. */
export function checkContext(options: ManageOptions): AuditContext {
  const { requestId, ip, userAgent } = options.context ?? {}
  const fields = Object.entries({ requestId, ip, userAgent }).filter(([, value]) => value !== undefined)
  for (const [name, value] of fields) {
    if (typeof value !== 'string') throw new InvalidInput(`context.${name}`, 'a text')
  }
  return Object.fromEntries(fields.map(([name, value]) => [name, cut(String(value))]))
}

/** A text from outside, as far as the audit log keeps it: 256 characters. */
export function cut(text: string): string {
  // Half a character, which the cut may leave, cannot be chained: mended, for it must not keep anyone from revoking a key.
  return text.slice(0, 256).replaceAll(/\p{Cs}/gu, '\ufffd')
}

/** Whether a key is within the caller's reach. A tombstone never is, and bounds that name nothing hold nothing (SCOPE-10). */
export function isWithin(record: KeyRecord, within: Within | undefined): boolean {
  return record.status !== 'deleted' && isOwnerWithin(record.owner, within)
}

/** Whether the keys of an owner are within the caller's reach. */
export function isOwnerWithin(of: Owner, within: Within | undefined): boolean {
  if (within === undefined) return true
  const { organizationId, owner } = within
  if (organizationId === undefined && owner === undefined) return false
  return (
    (organizationId === undefined || organizationOf(of) === organizationId) &&
    (owner === undefined || isSameOwner(of, owner))
  )
}
