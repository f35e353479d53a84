import type { RegisteredAccess, ScopeOf } from '@keywright/core'
import { callerOf } from './callers.js'
import { decide } from './decide.js'
import { RpcError, sayMissing } from './rpc-error.js'

/** What a tool, prompt or resource asks of its caller. */
export type McpAccess =
  /** Any live key. Said aloud, for what declares nothing is denied. */
  | 'public'
  | {
      /** All of these must be allowed. */
      readonly scopes: readonly ScopeOf<RegisteredAccess>[]
      /**
       * The resource that the resource scopes among them are needed on. Given what the client sent, before anything has checked
       * it, and again what the handler gets; an `id` that is no string is a resource that nobody may touch.
       */
      readonly on?: ((args: Readonly<Record<string, unknown>>) => AccessTarget | Promise<AccessTarget>) | undefined
      /** Units of the key's rate limits that a call of this tool takes. @defaultValue 1 */
      readonly cost?: number | undefined
    }

/** The resource that a call is about; `null`: one that nobody may touch. */
export type AccessTarget = { readonly type: string; readonly id: unknown } | null

/** Any handler of either SDK: what the SDK says of the caller is its last argument. */
export type AnyHandler = (...args: never[]) => unknown

const declared = new WeakMap<AnyHandler, McpAccess>()

/**
 * Says what a tool, prompt or resource asks of its caller, for `protect` to decide by. The handler that comes back refuses by
 * itself, too: also where the server was not protected, and by the arguments as they are after validation.
 */
export function scoped<F extends AnyHandler>(access: McpAccess, handler: F): F {
  const guarded = async (...args: never[]): Promise<unknown> => {
    const caller = callerOf(args.at(-1))
    if (caller === null) throw new RpcError(-32001, 'No API key came with this message')
    const decision = await decide(access, caller, argumentsIn(args))
    if (!decision.ok) throw new RpcError(-32003, sayMissing(decision, null))
    return handler(...args)
  }
  declared.set(guarded, access)
  return guarded as unknown as F // the same arguments and, as both SDKs await it, the same answer
}

/** What `scoped` was told of `handler`. */
export function accessOf(handler: unknown): McpAccess | undefined {
  return typeof handler === 'function' ? declared.get(handler as AnyHandler) : undefined
}

/** Tools and prompts are given `(args, extra)`, templates `(uri, variables, extra)`, the rest `(extra)` or `(uri, extra)`. */
function argumentsIn(args: readonly unknown[]): Readonly<Record<string, unknown>> {
  const given = args.length > 1 ? args.at(-2) : undefined
  return typeof given === 'object' && given !== null && !(given instanceof URL) ? { ...given } : {}
}
