import type { z } from '@hono/zod-openapi'
import type { Actor, KeySelection, Owner } from '@keywright/core'
import { invalidInput, type Place, wrongField } from '../http/field-error.js'
import type { RequestContext } from '../request/request-context.js'
import type { keyFilter } from '../schema/requests.js'
import { selectionFromJson } from '../schema/selection-from-json.js'
import { listedKeys } from './shown-keys.js'

/** What a request says of the keys that it wants. */
export interface KeyFilter extends z.output<z.ZodObject<typeof keyFilter>> {
  readonly breaks_policy?: boolean | undefined
  readonly owner_id?: string | undefined
  readonly created_by?: Actor | undefined
}

/**
 * The keys that a filter selects for a caller, of those that they may list. Lists and bulk operations ask here.
 *
 * @param ownerIdAt - Where `owner_id` is in the request.
 * @throws {@link ApiProblem} with status 403 if they may not see those, and with 400 for two owners.
 */
export function selectKeys(context: RequestContext, filter: KeyFilter, ownerIdAt: Place): KeySelection {
  const { permit, organizationId } = context
  const { owner, owner_id: ownerId, created_by: createdBy } = filter
  if (owner !== undefined && ownerId !== undefined) {
    throw invalidInput([wrongField(ownerIdAt, 'left out where `owner` is there')])
  }
  const listed = ownerId === undefined ? listedKeys(context, owner) : keysOf(context, ownerId)
  // A key that lists what it created may not ask for what others did.
  if (createdBy !== undefined && 'createdBy' in listed) permit.require('manageAll')
  return { organizationId, ...listed, ...(createdBy === undefined ? {} : { createdBy }), ...selectionFromJson(filter) }
}

/** The keys of a person. One's own are nobody else's business. */
function keysOf({ permit, caller, organizationId }: RequestContext, id: string): { readonly owner: Owner } {
  permit.require('read')
  if (caller.actor.type !== 'user' || caller.actor.id !== id) permit.require('manageAll')
  return { owner: { type: 'user', id, organizationId } }
}
