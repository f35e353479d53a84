import { AsyncLocalStorage } from 'node:async_hooks'
import { bindingOf, type Caller } from '../caller/caller.js'
import { callerOf } from '../caller/known-callers.js'
import type { Registry } from './registry.js'

/** The message that a server is answering. */
export interface CurrentMessage {
  /** What its server has registered. */
  readonly registry: Registry
  /** The sender, with the rights of now. `null`: no guard admitted the message, or the sender lost access meanwhile. */
  caller(): Promise<Caller | null>
  /** Set while a handler of the host's runs: what it does, the host does. */
  readonly handled: HandledMessage | null
}

/** The message of a handler that may run. */
export interface HandledMessage {
  readonly caller: Caller
  /** The arguments that the handler gets. `null`: nobody has validated them. */
  args: Readonly<Record<string, unknown>> | null
}

const current = /* @__PURE__ */ new AsyncLocalStorage<CurrentMessage>()

/** The message to whose answer the code belongs that asks. `undefined`: to none. */
export function currentMessage(): CurrentMessage | undefined {
  return current.getStore()
}

/** Runs a handler that may run, so that what it calls knows for whom. */
export function runHandler<T>(registry: Registry, caller: Caller, work: () => T): T {
  const handled: HandledMessage = { caller, args: null }
  return current.run({ registry, caller: async () => caller, handled }, work)
}

type OnMessage = (message: unknown, extra?: unknown) => unknown

/**
 * Lets the SDK's own handlers be asked for whom they answer: those that a server has before it is protected. Call it before the
 * server is connected: a transport may have messages that it delivers while it starts.
 *
 * @param replace - What the server gets in place of a message.
 */
export function followMessages(
  transport: unknown,
  registry: Registry,
  defaultCaller: (() => Promise<Caller>) | null,
  replace: (message: unknown, binding: string | null) => unknown,
): void {
  const target = transport as { onmessage?: OnMessage | undefined; start?: () => unknown }
  const { start } = target
  target.start = () => {
    const deliver = target.onmessage
    if (deliver !== undefined) target.onmessage = follow(deliver)
    return start?.call(transport)
  }
  const follow = (deliver: OnMessage) => (message: unknown, extra: unknown) => {
    const sender = callerOf(extra)
    let isFirst = true
    const caller = async (): Promise<Caller | null> => {
      if (sender === null) return defaultCaller === null ? null : defaultCaller()
      if (!isFirst) return sender.renew()
      isFirst = false
      return sender
    }
    // On stdio there is one sender, whose key is verified when it is asked for.
    const seen = sender === null && defaultCaller !== null ? message : replace(message, sender && bindingOf(sender))
    return current.run({ registry, caller, handled: null }, () => deliver.call(transport, seen, extra))
  }
}
