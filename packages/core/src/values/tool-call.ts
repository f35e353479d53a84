import type { Owner } from './owner.js'

/** One call of an MCP server's tool. It leaves out the arguments: they are the host's data. */
export interface ToolCall {
  /** The key of the caller; `null` if the host's own login signed the caller in. */
  readonly keyId: string | null
  /** The id of the delegated token that the caller came with; left out or `null` for the key's own. */
  readonly delegateId?: string | null
  /** The caller's id in the host's own login; `null` for a caller with a key. */
  readonly loginId: string | null
  readonly owner: Owner | null
  readonly organizationId: string | null
  /** The ids of the resources that the connection is limited to, by type. */
  readonly narrowing: Readonly<Record<string, readonly string[]>>
  /** The name of the tool, as the client sent it. */
  readonly tool: string
  /** `hidden`: the caller may not see the tool, or no tool has this name. */
  readonly decision: 'allowed' | 'denied' | 'hidden' | 'rate_limited' | 'refused'
  /** The scopes that the caller needed and did not have. */
  readonly missing: readonly string[]
  /** If `decision` is `allowed`: whether the tool answered with an error. */
  readonly failed: boolean
  /** How long the call took, in milliseconds. */
  readonly durationMs: number
}
