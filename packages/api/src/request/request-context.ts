import type { Actor, AuditContext, KeyBoundary, Keyring, Secret } from '@keywright/core'
import type { Sender } from './sender.js'

/** What an operation gets: who sends the request, and its parsed parts. */
export interface RequestContext<P = unknown, Q = unknown, B = unknown> extends Sender {
  readonly request: Request
  readonly keyring: Keyring
  readonly auditContext: AuditContext
  readonly params: P
  readonly query: Q
  readonly body: B
  /**
   * Shows the token of a key again, if the caller may see it now, and records that.
   *
   * @throws {@link ApiProblem} if the caller may not; what `keyring.reveal` throws.
   */
  showToken(keyId: string): Promise<Secret>
}

/** The keyring's options for a change: the actor, the audit context, and the reach of the caller. */
export function changeOptions({
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
