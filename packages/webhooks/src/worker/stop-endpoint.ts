import type { EndpointRecord, EndpointStop } from '@keywright/core/store'
import { draftOf } from '../endpoints/change-endpoint.js'
import { toEndpoint } from '../endpoints/endpoint.js'
import type { WorkerParts } from './parts.js'

const by = { actor: { type: 'system', id: 'webhooks' }, context: {} } as const

/**
 * Disables an endpoint. Of all processes, the one that did it tells the host. What waits is held, so that it can be sent when the
 * endpoint is resumed; of a key that has ended, it is dropped.
 */
export async function stopEndpoint(
  { store, door, emit, disabled }: Pick<WorkerParts, 'store' | 'door' | 'emit' | 'disabled'>,
  { id, keyId, organizationId }: EndpointRecord,
  reason: EndpointStop,
): Promise<void> {
  let isMine = false
  const changed = await store.changeEndpoint(id, {
    auditKey: door.auditKey,
    decide: (record) => {
      isMine = record.status === 'active'
      if (!isMine) return null
      const isOver = reason === 'key_revoked' || reason === 'key_expired'
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

/** Deletes an endpoint whose key is gone: nobody can reach it any more. */
export async function forgetEndpoint({ store, door }: Pick<WorkerParts, 'store' | 'door'>, id: string): Promise<void> {
  await store.changeEndpoint(id, {
    auditKey: door.auditKey,
    decide: (record) => ({
      write: 'delete',
      audit: [draftOf(record, by, 'webhook.deleted', { reason: 'key_deleted' })],
    }),
  })
}
