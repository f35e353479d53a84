import type { AuditRecord, AuditType } from '../values/index.js'
import type { NewEvent } from './webhook-store.js'

/** Whether an audit record is an event of webhooks as well: what happens to a key is, what is read or called is not. */
export function isKeyEvent({ type, keyId }: { readonly type: AuditType; readonly keyId: string | null }): boolean {
  return keyId !== null && type.startsWith('api_key.') && type !== 'api_key.revealed'
}

/** The event of an audit record: thin, so that a receiver asks for what it may know. */
export function keyEvent({ organizationId, hash, type, keyId, actor, at }: AuditRecord): NewEvent {
  const data = { key_id: keyId, organization_id: organizationId, actor: { type: actor.type, id: actor.id }, at }
  return {
    // A record's hash covers its organization and its number, so no other has it.
    id: `evt_${hash.slice(0, 32)}`,
    organizationId,
    type,
    resource: keyId === null ? null : { type: 'api_key', id: keyId },
    data: JSON.stringify(data),
  }
}
