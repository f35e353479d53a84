import type { Caller } from '../caller/caller.js'
import { mayBeAllowed } from '../caller/decide.js'
import { hasMethod, replaceMessages } from '../rpc/rpc-body.js'
import { findNamed, isEnabled, type Registry } from '../server/registry.js'

/** Removes the arguments from calls of tools that the caller may not see. */
export type StripArguments = (caller: Caller, body: unknown) => Promise<unknown>

/**
 * SDK v2 compares arguments with the headers that repeat them (`x-mcp-header`) before any handler runs. With arguments, that
 * check would answer differently for a hidden tool and for one that does not exist.
 */
export function stripArguments(registry: Registry): StripArguments {
  return (caller, body) =>
    replaceMessages(body, 'tools/call', async (message) => {
      const { arguments: _, ...params } = message.params ?? {}
      const entry = findNamed(registry, 'tools', params.name)
      if (entry === undefined || (isEnabled(entry) && (await mayBeAllowed(entry.access, caller)))) return message
      return { ...message, params }
    })
}

/** Whether a body contains a tool call. */
export function isCall(body: unknown): boolean {
  return hasMethod(body, 'tools/call')
}
