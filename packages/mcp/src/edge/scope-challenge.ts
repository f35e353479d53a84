import type { Refusal, ToolCall } from '@keywright/core'
import { type Reply, replyTo } from '@keywright/core/http'
import { callEvent } from '../caller/call-event.js'
import type { Caller } from '../caller/caller.js'
import { decide, mayBeAllowed } from '../caller/decide.js'
import { rpcReply, type Wording } from '../rpc/rpc-reply.js'
import { findNamed, isEnabled, type Registry } from '../server/registry.js'

/** The 403 for a body with a tool call that lacks scopes, or `null`. */
export type ScopeChallenge = (caller: Caller, body: unknown) => Promise<Reply | null>

/** For hosts that also offer OAuth: a client of theirs can step up when the 403 names the scopes that a call needs. */
export function scopeChallenge(
  registry: Registry,
  wording: Wording,
  onCall: (event: ToolCall) => void,
  unavailableTools: 'hide' | 'list',
): ScopeChallenge {
  return async (caller, body) => {
    for (const message of [body].flat()) {
      const call = callIn(message)
      const entry = call === null ? undefined : findNamed(registry, 'tools', call.name)
      if (call === null || !isEnabled(entry) || entry.access === undefined) continue
      const { access } = entry
      // A key cannot step up, so what is hidden from it stays hidden. A person can, for any scope.
      const isHidden = caller.login === null && unavailableTools === 'hide' && !(await mayBeAllowed(access, caller))
      if (isHidden) continue
      const startedAt = performance.now()
      const decision = await decide(access, caller, call.args)
      if (decision.ok || !decision.located) continue
      const { required, missing, resource } = decision
      const durationMs = performance.now() - startedAt
      onCall(callEvent(caller, { tool: call.name, decision: 'denied', missing, failed: false, durationMs }))
      const keyId = caller.principal?.key.id ?? ''
      const refusal: Refusal = { code: 'insufficient_scope', keyId, required, missing, resource }
      // A key cannot step up: its client must not take it to an authorization server.
      const resourceMetadataUrl = caller.principal === null ? wording.resourceMetadataUrl : undefined
      return rpcReply(refusal, replyTo(refusal, { realm: wording.realm }), { ...wording, resourceMetadataUrl })
    }
    return null
  }
}

function callIn(message: unknown): { readonly name: string; readonly args: Record<string, unknown> } | null {
  const { method, params } = (message ?? {}) as { readonly method?: unknown; readonly params?: unknown }
  const { name, arguments: args } = (params ?? {}) as { readonly name?: unknown; readonly arguments?: unknown }
  if (method !== 'tools/call' || typeof name !== 'string') return null
  return { name, args: typeof args === 'object' && args !== null ? { ...args } : {} }
}
