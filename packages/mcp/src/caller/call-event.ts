import type { ToolCall } from '@keywright/core'
import type { Caller } from './caller.js'

/**
 * Receives each tool call. Pass `keyring.audit.recordCall` to keep calls in the audit log. Errors that it throws, and promises
 * that it rejects, are ignored.
 */
export type OnCall = (call: ToolCall) => unknown

/** The part of the event that describes the call itself. */
export type CallOutcome = Pick<ToolCall, 'tool' | 'decision' | 'missing' | 'failed' | 'durationMs'>

/** The event for one call: its outcome, and who made it. */
export function callEvent({ principal, login, narrowing }: Caller, outcome: CallOutcome): ToolCall {
  return {
    keyId: principal?.key.id ?? null,
    delegateId: principal?.delegation?.id ?? null,
    loginId: login?.id ?? null,
    owner: principal?.owner ?? null,
    organizationId: principal?.organizationId ?? null,
    narrowing,
    ...outcome,
  }
}
