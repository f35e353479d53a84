/** A JSON-RPC message whose shape nobody has checked yet. */
export interface RpcMessage {
  readonly params?: Readonly<Record<string, unknown>>
}

/** Whether `body`, which is one message or a batch, contains a message of this method. */
export function hasMethod(body: unknown, method: string): boolean {
  return Array.isArray(body) ? body.some((message) => isOf(message, method)) : isOf(body, method)
}

/** Replaces the messages of one method. Returns the same object when nothing changes. */
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
