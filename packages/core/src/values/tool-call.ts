import type { Owner } from './owner.js'

/** One call of a tool of an MCP server. The arguments are not in it: they are the host's data. */
export interface ToolCall {
  /** `null`: a person whom the host has signed in. */
  readonly keyId: string | null
  readonly loginId: string | null
  readonly owner: Owner | null
  readonly organizationId: string | null
  /** The resources that the connection was narrowed to, by type. */
  readonly narrowing: Readonly<Record<string, readonly string[]>>
  /** As the client wrote it. */
  readonly tool: string
  /** `hidden`: the caller may not see the tool, or there is none. */
  readonly decision: 'allowed' | 'denied' | 'hidden' | 'rate_limited' | 'refused'
  /** The scopes that were lacking. */
  readonly missing: readonly string[]
  /** With `allowed`: whether the tool answered with an error. */
  readonly failed: boolean
  readonly durationMs: number
}
