import type { ToolCall } from '@keywright/core'
import type { Caller } from './callers.js'

/** Receives tool calls: `keyring.audit.recordCall` is one that keeps them. What it throws, or rejects with, is dropped. */
export type OnCall = (call: ToolCall) => unknown

/** What happened, as the event says it. */
export type CallOutcome = Pick<ToolCall, 'tool' | 'decision' | 'missing' | 'failed' | 'durationMs'>

/** Makes the event of a call. */
export function callEvent({ principal, login, narrowing }: Caller, outcome: CallOutcome): ToolCall {
  return {
    keyId: principal?.key.id ?? null,
    loginId: login?.id ?? null,
    owner: principal?.owner ?? null,
    organizationId: principal?.organizationId ?? null,
    narrowing,
    ...outcome,
  }
}
