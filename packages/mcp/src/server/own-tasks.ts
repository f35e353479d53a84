import { isRecord } from '@keywright/core/adapter'
import { bindingOf, type Caller } from '../caller/caller.js'
import { decide, locate } from '../caller/decide.js'
import type { McpAccess } from '../caller/mcp-access.js'
import type { MayHear } from './guard-notifications.js'
import { currentMessage } from './message-context.js'
import { findNamed, isEnabled, type Registry } from './registry.js'
import type { RuleSettings } from './rules/rule.js'
import type { BoundTask, TaskBindings } from './task-bindings.js'

/** An id that a client chose is remembered with each task, so it is not of any length. */
const maxIdLength = 1_000

/**
 * The task that a tool is about to make: whose it will be.
 *
 * @param request - The call, as the client sent it.
 * @throws Error when no tool is running that may run.
 */
export async function taskOfCall(request: unknown): Promise<BoundTask> {
  const message = currentMessage()
  const handled = message?.handled ?? null
  const { method, params } = (request ?? {}) as { readonly method?: unknown; readonly params?: unknown }
  if (message === undefined || handled === null || method !== 'tools/call' || !isRecord(params)) {
    throw new Error('Only a tool of a protected server makes tasks')
  }
  const tool = String(params.name)
  const access = findNamed(message.registry, 'tools', tool)?.access
  const args = handled.args ?? (isRecord(params.arguments) ? params.arguments : {})
  const resource = await handled.caller.ask(() => locate(access, args, true))
  if (resource !== null && resource.id.length > maxIdLength)
    throw new Error('The resource of the call has too long an id')
  return { caller: handled.caller.id, owner: bindingOf(handled.caller), tool, resource }
}

/** Whether the code that asks may see and change a task: a handler of the host's may, and its owner, while the tool is theirs to call. */
export async function reachesTask(bindings: TaskBindings, taskId: string): Promise<boolean> {
  const message = currentMessage()
  if (message === undefined || message.handled !== null) return true
  const task = bindings.find(taskId)
  return task !== undefined && isTaskOf(task, await message.caller(), message.registry)
}

/** Whether a task is the caller's, who may still call its tool. */
export async function isTaskOf(
  { owner, tool, resource }: BoundTask,
  caller: Caller | null,
  registry: Registry,
): Promise<boolean> {
  if (caller === null || bindingOf(caller) !== owner) return false
  const entry = findNamed(registry, 'tools', tool)
  return isEnabled(entry) && (await decide(on(resource, entry.access), caller, {})).ok
}

/** The same requirement, on the resource that the call was about. */
function on(resource: BoundTask['resource'], access: McpAccess | undefined): McpAccess | undefined {
  return typeof access === 'object' && access.on !== undefined ? { ...access, on: () => resource } : access
}

/** Whether the client of a server may hear of a task: only its owner may. */
export function mayHearOfTask(bindings: TaskBindings, { registry, subscribers }: RuleSettings): MayHear {
  return async (params) => {
    const task = bindings.find(((params ?? {}) as { readonly taskId?: unknown }).taskId)
    const caller = (await subscribers.latest?.renew()) ?? null
    return task !== undefined && isTaskOf(task, caller, registry)
  }
}

const RELATED_TASK = 'io.modelcontextprotocol/related-task'

/** The same message, if the task that it says it belongs to is its sender's; otherwise without that: its reply would be put to that task. */
export function withoutTaskOfOthers(bindings: TaskBindings, message: unknown, binding: string | null): unknown {
  const { params } = (message ?? {}) as { readonly params?: unknown }
  const meta = isRecord(params) ? params._meta : undefined
  if (!isRecord(params) || !isRecord(meta) || meta[RELATED_TASK] === undefined) return message
  const related = meta[RELATED_TASK]
  if (isRecord(related) && binding !== null && bindings.find(related.taskId)?.owner === binding) return message
  const { [RELATED_TASK]: _, ...rest } = meta
  return { ...(message as object), params: { ...params, _meta: rest } }
}
