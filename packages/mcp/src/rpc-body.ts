/** A JSON-RPC message, as far as it can be told from outside. */
export interface RpcMessage {
  readonly params?: Readonly<Record<string, unknown>>
}

/** Whether a body, a message or a batch, holds one of this method. */
export function hasMethod(body: unknown, method: string): boolean {
  return Array.isArray(body) ? body.some((message) => isOf(message, method)) : isOf(body, method)
}

/** Puts other messages in the place of those of one method; a body in which nothing changes stays the same object. */
export async function replaceMessages(
  body: unknown,
  method: string,
  replace: (message: RpcMessage) => Promise<RpcMessage>,
): Promise<unknown> {
  if (!Array.isArray(body)) return isOf(body, method) ? replace(body) : body
  const messages = await Promise.all(body.map((message) => (isOf(message, method) ? replace(message) : message)))
  return messages.every((message, index) => message === body[index]) ? body : messages
}

function isOf(message: unknown, method: string): message is RpcMessage {
  return typeof message === 'object' && message !== null && Reflect.get(message, 'method') === method
}
