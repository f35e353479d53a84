import type { Access, ToolCall } from '@keywright/core'
import { isRecord } from '@keywright/core/adapter'
import type { Caller } from '../../caller/caller.js'
import { messageForRefusal, refusalData } from '../../rpc/refusal-text.js'
import { RpcError } from '../../rpc/rpc-error.js'
import type { Approving } from '../approval.js'
import type { Registry } from '../registry.js'
import type { Subscribers } from '../subscribers.js'
import type { Wiring } from '../wiring.js'

/** A JSON object of a message. */
export type Params = Readonly<Record<string, unknown>>

/** One request on its way to its handler. */
export interface Message {
  readonly caller: Caller
  readonly params: Params
  /** The last argument of the handler. */
  readonly extra: unknown
  readonly isV2: boolean
  /** Whether the handler behind is the SDK's own: it validates arguments, and runs nothing for a name that it does not know. */
  readonly bySdk: boolean
  /** Lets the server answer. Without an argument it gets the parameters of the request. */
  forward(params?: Params): Promise<unknown>
}

/** Answers one method: with the server's result, less what the caller may not see, or without asking the server. */
export type Rule = (message: Message) => Promise<unknown>

/** What the rules of one server depend on. */
export interface RuleSettings {
  readonly access: Access
  readonly registry: Registry
  readonly subscribers: Subscribers
  readonly docsUrl: string | null
  readonly unavailableTools: 'hide' | 'list'
  readonly onCall: (event: ToolCall) => void
  readonly wiring: Wiring
  /** How the owner of a key is asked to approve a call. `null`: nobody is asked. */
  readonly approving: Approving | null
}

/** Counts one message against the limits of its key. Throws the JSON-RPC error of a refusal. */
export async function charge(caller: Caller): Promise<void> {
  const refusal = await caller.meter(1)
  if (refusal === null) return
  const isTooMuch = refusal.code === 'rate_limited' || refusal.code === 'budget_exhausted'
  const code = isTooMuch ? -32029 : refusal.code === 'auth_unavailable' ? -32603 : -32001
  throw new RpcError(code, messageForRefusal(refusal), refusalData(refusal))
}

/** `value` if it is an object, otherwise an empty one. */
export function asParams(value: unknown): Params {
  return isRecord(value) ? value : {}
}
