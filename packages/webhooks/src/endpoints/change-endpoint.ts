import type { AuditDraft, AuditType, JsonObject, ManageOptions } from '@keywright/core'
import { wrapStoreErrors } from '@keywright/core/adapter'
import type { EndpointChange, EndpointRecord, FoundEndpoint } from '@keywright/core/store'
import { WebhookNotFound } from './endpoint-errors.js'
import type { EndpointParts } from './parts.js'
import { type ReachedEndpoint, reachEndpoint } from './reach-endpoint.js'

/** What a verb makes of an endpoint, and how the log puts it. */
export type EndpointVerb = (
  record: EndpointRecord,
  context: { readonly now: Date },
) =>
  | (Omit<NonNullable<ReturnType<EndpointChange['decide']>>, 'audit'> & {
      readonly type: AuditType
      readonly data?: JsonObject
    })
  | null

/** The record of the log about an endpoint. Of its URL, which may hold a secret, only the host. */
export function draftOf(
  record: Pick<EndpointRecord, 'id' | 'keyId' | 'url'>,
  { actor, context }: Pick<ReachedEndpoint, 'actor' | 'context'>,
  type: AuditType,
  data: JsonObject = {},
): AuditDraft {
  const { host } = new URL(record.url)
  return { type, actor, context, keyId: record.keyId, data: { endpointId: record.id, host, ...data } }
}

/**
 * The way of every change of an endpoint: find it within the caller's reach, let the verb decide under the store's lock, write the
 * fields and the audit record together.
 *
 * @throws WebhookNotFound, and what {@link reachEndpoint} and the verb throw.
 */
export async function changeEndpoint(
  parts: EndpointParts,
  id: unknown,
  options: ManageOptions,
  attempted: string | null,
  prepare: (reached: ReachedEndpoint) => EndpointVerb | Promise<EndpointVerb>,
): Promise<FoundEndpoint> {
  const reached = await reachEndpoint(parts, id, options, attempted)
  const verb = await prepare(reached)
  const { store, door } = parts
  const request: EndpointChange = {
    auditKey: door.auditKey,
    decide: (record, context) => {
      const decision = verb(record, context)
      if (decision === null) return null
      const { type, data, ...change } = decision
      return {
        ...change,
        audit: [draftOf({ ...record, ...(change.write === 'delete' ? {} : change.write) }, reached, type, data)],
      }
    },
  }
  const changed = await wrapStoreErrors(store.changeEndpoint(reached.record.id, request))
  if (changed === null) throw new WebhookNotFound(reached.record.id)
  return changed
}
