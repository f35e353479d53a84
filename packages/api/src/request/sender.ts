import type { Access, KeyBoundary, Keyring, Owner } from '@keywright/core'
import { adapterOf } from '@keywright/core/adapter'
import { askHost } from '../host/ask-host.js'
import type { Caller } from '../host/caller.js'
import type { ManagementApiOptions } from '../host/options.js'
import { parseCaller, parseOrganizationId } from '../host/parse-answers.js'
import type { Exchange } from '../http/exchange.js'
import { ApiProblem } from '../http/problem.js'
import { requireTrustedOrigin } from '../http/require-trusted-origin.js'
import { type Permit, permitLoader } from './permit.js'
import { requestCounter } from './request-limits.js'

/** Who sends a request, for which organisation, and with which rights there. */
export interface Sender {
  readonly caller: Required<Caller>
  readonly organizationId: string
  /** The owner of the keys that are the caller's own. */
  readonly owner: Owner
  readonly permit: Permit
  /** The keys that the caller may reach: its own, or all of the organisation. The keyring treats others as unknown. */
  readonly within: KeyBoundary
  /** Whether the caller may reach this key at all. `within` alone would let a key reach the other keys of its owner. */
  canReach(keyId: string): boolean
}

/**
 * Returns a function that asks the host who sends a request.
 *
 * @throws {@link InvalidOptions} if `permissions` names a scope that is not in the catalog, or `rateLimits` is malformed.
 */
export function senderLoader<A extends Access>(
  keyring: Keyring<A>,
  options: ManagementApiOptions<A>,
  hostTimeoutMs: number,
): (request: Request, exchange: Exchange, operation: { readonly forKeys?: boolean }) => Promise<Sender> {
  const { authenticate, organization, allowKeys = false, origins = [] } = options
  const loadPermit = permitLoader(keyring, options.permissions)
  const count = requestCounter(options, hostTimeoutMs)
  const trustedOrigins = new Set(origins)
  const { delegates } = adapterOf(keyring)
  // Whatever it may do, and whatever it asks for: it is not the key, which alone has a self here.
  const isDelegate = (actor: Caller['actor']): boolean =>
    actor.type === 'key' && (actor.token === 'delegate' || (delegates && actor.token === undefined))

  return async (request, exchange, { forKeys = allowKeys }) => {
    const caller = await askHost('authenticate', () => authenticate(request), parseCaller, hostTimeoutMs)
    if (caller === null) throw notAuthenticated(forKeys)
    const isKey = caller.actor.type === 'key'
    if (isDelegate(caller.actor))
      throw notPermitted('A delegated token has nothing to manage here. Send the key itself.')
    if (isKey && !forKeys) throw notPermitted('API keys may not manage keys here. Sign in as a person.')
    if (caller.ambient) requireTrustedOrigin(request, trustedOrigins)
    await count(caller, exchange)
    const askOrganization = () => organization(request, caller)
    const organizationId = await askHost('organization', askOrganization, parseOrganizationId, hostTimeoutMs)
    if (organizationId === null) throw notPermitted('You are not a member of this organisation.')

    const owner = isKey
      ? await loadOwnerOfKey(keyring, caller.actor.id, organizationId)
      : { type: 'user' as const, id: caller.actor.id, organizationId }
    // With a deadline as well: a role may be a function of the host, which can fail or hang.
    const askPermit = () => loadPermit(caller, organizationId)
    const permit = await askHost('keyring.rights', askPermit, (loaded) => loaded, hostTimeoutMs)
    const managesAll = permit.has('manageAll')
    return {
      caller,
      organizationId,
      owner,
      permit,
      within: managesAll ? { organizationId } : { organizationId, owner },
      canReach: (keyId) => managesAll || !isKey || keyId === caller.actor.id,
    }
  }
}

/** The owner that a key acts for. The keys that it creates belong to this owner, too. */
async function loadOwnerOfKey<A extends Access>(
  keyring: Keyring<A>,
  keyId: string,
  organizationId: string,
): Promise<Owner> {
  const key = await keyring.get(keyId, { within: { organizationId } })
  if (key?.status !== 'active') throw notPermitted('This key is not an active key of this organisation.')
  return key.owner
}

/** HTTP asks for a scheme. The login of a product has none that is registered; its page knows what to do. */
function notAuthenticated(takesKeys: boolean): ApiProblem {
  const headers = { 'WWW-Authenticate': `${takesKeys ? 'Bearer' : 'Session'} realm="API keys"` }
  return new ApiProblem(401, 'not_authenticated', 'Nobody is signed in. Sign in first.', {}, headers)
}

function notPermitted(detail: string): ApiProblem {
  return new ApiProblem(403, 'not_permitted', detail)
}
