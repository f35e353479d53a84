import type { Actor, Owner } from '@keywright/core'
import type { RequestContext } from '../request/request-context.js'

/**
 * The keys that a list shows to a caller: whose keys, and for a key that may not manage all of them, those that it created.
 *
 * @throws {@link ApiProblem} with status 403 if they may not see those.
 */
export function listedKeys(
  context: RequestContext,
  asked?: 'me' | 'organization' | 'all',
): { readonly owner?: Owner; readonly createdBy?: Actor } {
  const { permit, caller, owner } = context
  const isMaker = caller.actor.type === 'key' && permit.has('create') && !permit.has('manageAll')
  if (!isMaker || (asked ?? 'me') !== 'me') return shownKeys(context, asked)
  permit.require('read')
  return { owner, createdBy: { type: 'key', id: caller.actor.id } }
}

/**
 * Whose keys a caller is shown, in lists and in counts. Without an owner: all keys of the organisation.
 *
 * @param asked - Whose they ask for. Left out: all keys if they may manage all, else their own.
 * @throws {@link ApiProblem} with status 403 if they may not see those.
 */
export function shownKeys(
  { permit, caller, owner: self, organizationId }: RequestContext,
  asked?: 'me' | 'organization' | 'all',
): { readonly owner?: Owner } {
  permit.require('read')
  const whose = asked ?? (permit.has('manageAll') ? 'all' : 'me')
  // The owner of a key may have other keys. Without manageAll, a key may not see them.
  if (whose !== 'me' || caller.actor.type === 'key') permit.require('manageAll')
  if (whose === 'all') return {}
  return { owner: whose === 'me' ? self : { type: 'organization', id: organizationId } }
}
