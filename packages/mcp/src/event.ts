import type { Owner } from '@keywright/core'
import type { Caller, Narrowing } from './callers.js'

/** One tool call. The arguments are not in it: they are the host's data, not ours. */
export interface CallEvent {
  /** `null`: a person whom the host has signed in. */
  readonly keyId: string | null
  readonly loginId: string | null
  readonly owner: Owner | null
  readonly organizationId: string | null
  readonly narrowing: Narrowing
  readonly tool: string
  /** `hidden`: the caller may not see the tool, or there is none. */
  readonly decision: 'allowed' | 'denied' | 'hidden' | 'rate_limited' | 'refused'
  readonly missing: readonly string[]
  /** With `allowed`: whether the tool answered with an error. */
  readonly failed: boolean
  readonly durationMs: number
}

/** Receives tool calls. What it throws, or rejects with, is dropped. */
export type OnCall = (event: CallEvent) => unknown

/** What happened, as the event says it. */
export type CallOutcome = Pick<CallEvent, 'tool' | 'decision' | 'missing' | 'failed' | 'durationMs'>

/** Makes the event of a call. */
export function callEvent({ principal, login, narrowing }: Caller, outcome: CallOutcome): CallEvent {
  return {
    keyId: principal?.key.id ?? null,
    loginId: login?.id ?? null,
    owner: principal?.owner ?? null,
    organizationId: principal?.organizationId ?? null,
    narrowing,
    ...outcome,
  }
}
