import type { Actor, AuditContext, KeyBoundary, Keyring, Secret } from '@keywright/core'
import type { IdsToName, Names } from '../host/names.js'
import type { WebhookManager } from '../host/webhook-manager.js'
import { parseIfMatch } from '../http/parse-if-match.js'
import type { Sender } from './sender.js'

/** What an operation gets: who sends the request, and its parsed parts. */
export interface RequestContext<P = unknown, Q = unknown, B = unknown> extends Sender {
  readonly request: Request
  readonly keyring: Keyring
  readonly auditContext: AuditContext
  readonly params: P
  readonly query: Q
  readonly body: B
  /** Whether a change of settings must say which version it is of. */
  readonly requireIfMatch: boolean
  /** `undefined`: the product sends none. */
  readonly webhooks: WebhookManager | undefined
  /** The names of all that is on a page; `null`: the host names nobody. Never rejects. */
  loadNames(ids: IdsToName): Promise<Names | null>
  /** Tells the host of an error that does not become the answer. */
  report(error: unknown): void
  /**
   * Shows the token of a key again, if the caller may see it now, and records that.
   *
   * @throws {@link ApiProblem} if the caller may not; what `keyring.reveal` throws.
   */
  showToken(keyId: string): Promise<Secret>
}

/** The keyring's options for a call: the actor, the audit context, and the reach of the caller. */
export function manageOptions({
  caller,
  auditContext,
  within,
}: Pick<RequestContext, 'caller' | 'auditContext' | 'within'>): {
  readonly actor: Actor
  readonly context: AuditContext
  readonly within: KeyBoundary
} {
  return { actor: caller.actor, context: auditContext, within }
}

/**
 * The same for a change of one key, with the version that the client has seen.
 *
 * @throws {@link ApiProblem} if `If-Match` is malformed.
 */
export function changeOptions(
  context: Pick<RequestContext, 'caller' | 'auditContext' | 'within' | 'request'>,
): ReturnType<typeof manageOptions> & { readonly ifVersion?: number } {
  const ifVersion = parseIfMatch(context.request)
  return { ...manageOptions(context), ...(ifVersion === undefined ? {} : { ifVersion }) }
}
