import type { Caller } from './callers.js'
import { mayBeAllowed } from './decide.js'
import { isEnabled, type Registry } from './registry.js'
import { hasMethod, replaceMessages } from './rpc-body.js'

/** Takes the arguments out of calls of tools that the caller may not see. */
export type WithholdArguments = (caller: Caller, body: unknown) => Promise<unknown>

/**
 * v2 compares arguments with the headers that mirror them (`x-mcp-header`) before any handler, and by that would tell a hidden
 * tool from one that does not exist.
 */
export function withholdArguments({ tools }: Registry): WithholdArguments {
  return (caller, body) =>
    replaceMessages(body, 'tools/call', async (message) => {
      const { arguments: _, ...params } = message.params ?? {}
      const entry = typeof params.name === 'string' ? tools.get(params.name) : undefined
      if (entry === undefined || (isEnabled(entry) && (await mayBeAllowed(entry.access, caller)))) return message
      return { ...message, params }
    })
}

/** Whether a body holds a tool call. */
export function isCall(body: unknown): boolean {
  return hasMethod(body, 'tools/call')
}
