import { decide } from '../caller/decide.js'
import { callerOf } from '../caller/known-callers.js'
import type { McpAccess } from '../caller/mcp-access.js'
import { messageForDenial } from '../caller/messages.js'
import { RpcError } from '../rpc/rpc-error.js'
import { requireApproval } from './approval.js'
import { checkShape } from './check-access.js'
import { currentMessage } from './message-context.js'

/** A handler of either SDK. Its last argument (`extra` in v1, `ctx` in v2) leads to the caller. */
export type AnyHandler = (...args: never[]) => unknown

const declared = new WeakMap<AnyHandler, McpAccess>()

/**
 * Declares what a tool, prompt or resource requires of its caller. A server behind `auth.protect` hides and refuses by
 * this declaration. The returned handler also checks the caller itself, with the validated arguments, so it refuses even when
 * the server is not protected.
 *
 * @param access - The required scopes, or `'public'` for any live key.
 * @param handler - The handler that you would otherwise give to the SDK.
 * @returns a handler of the same type. It rejects with a JSON-RPC error when no key came with the message (code -32001), or when
 * the caller may not make this call, or its owner did not approve it (code -32003), or the host could not say it (code -32603).
 * @throws {@link InvalidOptions} when `access` is neither `'public'` nor an object, or has an unknown field, or when `scopes` or
 * `on` is `undefined`.
 * @throws {@link InvalidOptions} later, when a protected server registers the handler: if `scopes` is empty, if a resource scope
 * comes without `on`, or if `cost` is not a whole number from 0.
 * @throws {@link ScopeUnknown} later, when a protected server registers the handler: if the access model has no such scope.
 *
 * @example
 * ```ts
 * server.registerTool(
 *   'tasks_create',
 *   { inputSchema: { boardId: z.string(), title: z.string() } },
 *   scoped(
 *     { scopes: ['tasks.create'], on: ({ boardId }) => ({ type: 'board', id: boardId }) },
 *     async ({ boardId, title }) => createTask(boardId, title),
 *   ),
 * )
 * ```
 */
export function scoped<F extends AnyHandler>(access: McpAccess, handler: F): F {
  checkShape(access)
  const guarded = async (...args: never[]): Promise<unknown> => {
    const caller = callerOf(args.at(-1))
    if (caller === null) throw new RpcError(-32001, 'No API key came with this message')
    const decision = await decide(access, caller, argumentsIn(args), true)
    if (!decision.ok) throw new RpcError(-32003, messageForDenial(decision, null))
    if (access !== 'public' && access.approve !== undefined) await requireApproval(args.at(-1), argumentsIn(args))
    const handled = currentMessage()?.handled ?? null
    if (handled !== null) handled.args ??= argumentsIn(args) // Those of the call, not of what its handler calls.
    return handler(...args)
  }
  declared.set(guarded, access)
  return guarded as unknown as F // It takes the same arguments, and both SDKs await the result.
}

/** The access that `scoped` declared for `handler`. */
export function accessOf(handler: unknown): McpAccess | undefined {
  return typeof handler === 'function' ? declared.get(handler as AnyHandler) : undefined
}

/** Tools and prompts get `(args, extra)`, templates `(uri, variables, extra)`, all others `(extra)` or `(uri, extra)`. */
function argumentsIn(args: readonly unknown[]): Readonly<Record<string, unknown>> {
  const given = args.length > 1 ? args.at(-2) : undefined
  return typeof given === 'object' && given !== null && !(given instanceof URL) ? { ...given } : {}
}
