import type { Caller } from './callers.js'
import { mayBeAllowed } from './decide.js'
import { isEnabled, type Registry } from './registry.js'

/** Takes the arguments out of calls of tools that the caller may not see. */
export type WithholdArguments = (caller: Caller, body: unknown) => Promise<unknown>

/**
 * v2 compares arguments with the headers that mirror them (`x-mcp-header`) before any handler, and by that would tell a hidden
 * tool from one that does not exist.
 */
export function withholdArguments({ tools }: Registry): WithholdArguments {
  const withhold = async (caller: Caller, message: unknown): Promise<unknown> => {
    if (!isCallMessage(message)) return message
    const { arguments: _, ...params } = message.params ?? {}
    const entry = typeof params.name === 'string' ? tools.get(params.name) : undefined
    if (entry === undefined || (isEnabled(entry) && (await mayBeAllowed(entry.access, caller)))) return message
    return { ...message, params }
  }
  return async (caller, body) => {
    if (!Array.isArray(body)) return withhold(caller, body)
    const messages = await Promise.all(body.map((message) => withhold(caller, message)))
    return messages.every((message, index) => message === body[index]) ? body : messages
  }
}

/** Whether a body holds a tool call. */
export function isCall(body: unknown): boolean {
  return Array.isArray(body) ? body.some(isCallMessage) : isCallMessage(body)
}

function isCallMessage(message: unknown): message is { readonly params?: Readonly<Record<string, unknown>> } {
  return typeof message === 'object' && message !== null && Reflect.get(message, 'method') === 'tools/call'
}
