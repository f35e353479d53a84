import type { KeyRights } from '@keywright/core/adapter'
import type { EndpointRecord, EndpointStop } from '@keywright/core/store'
import { draftOf } from '../endpoints/change-endpoint.js'
import { toEndpoint } from '../endpoints/endpoint.js'
import type { WorkerParts } from './parts.js'

const by = { actor: { type: 'system', id: 'webhooks' }, context: {} } as const

type StopParts = Pick<WorkerParts, 'store' | 'door' | 'emit' | 'disabled' | 'disableAfterMs'>

/**
 * Disables an endpoint. Of all processes, the one that did it tells the host. What waits is held, so that it can be sent when the
 * endpoint is resumed; of a key that has ended, it is dropped.
 */
export async function stopEndpoint(parts: StopParts, endpoint: EndpointRecord, reason: EndpointStop): Promise<void> {
  const { store, door, emit, disabled, disableAfterMs } = parts
  const { id, keyId, organizationId } = endpoint
  const isOver = reason === 'key_revoked' || reason === 'key_expired'
  let isMine = false
  const changed = await store.changeEndpoint(id, {
    auditKey: door.auditKey,
    decide: (record, { now }) => {
      // As it is now: another attempt may have arrived meanwhile, or somebody may have resumed it.
      const failingMs = record.failingSince === null ? 0 : now.getTime() - record.failingSince.getTime()
      isMine = isOver ? record.stop !== reason : record.status === 'active'
      if (reason === 'failing') isMine &&= failingMs >= disableAfterMs
      if (!isMine) return null
      return {
        write: { status: 'disabled_by_system', stop: reason },
        queue: isOver ? { to: 'drop', reason } : { to: 'hold' },
        audit: [draftOf(record, by, 'webhook.disabled', { reason })],
      }
    },
  })
  if (changed === null || !isMine) return
  emit({ type: 'webhook.disabled', endpointId: id, keyId, organizationId, reason })
  disabled(toEndpoint(changed.record, changed.now))
}

/** Ends the endpoint of a key that never works again. Of a key that is gone, it goes: nobody could reach it any more. */
export async function endEndpoint(
  parts: StopParts,
  endpoint: EndpointRecord,
  rights: KeyRights | { readonly ok: 'unknown' } | undefined,
): Promise<void> {
  if (rights?.ok !== false) return
  if (rights.code === 'key_deleted') await forgetEndpoint(parts, endpoint.id)
  if (rights.code === 'key_revoked' || rights.code === 'key_expired') await stopEndpoint(parts, endpoint, rights.code)
}

async function forgetEndpoint({ store, door }: StopParts, id: string): Promise<void> {
  await store.changeEndpoint(id, {
    auditKey: door.auditKey,
    decide: (record) => ({
      write: 'delete',
      audit: [draftOf(record, by, 'webhook.deleted', { reason: 'key_deleted' })],
    }),
  })
}
