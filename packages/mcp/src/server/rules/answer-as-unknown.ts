import { randomUUID } from 'node:crypto'
import { RpcError } from '../../rpc/rpc-error.js'
import type { Message } from './rule.js'

/**
 * Answers byte for byte as the SDK does for something that the server does not have: it is asked for a random name, which is
 * then replaced by the requested one. A handler of the host's own is not asked: it might do something for any name.
 */
export async function answerAsUnknown(
  { params, bySdk, forward }: Message,
  kind: 'Tool' | 'Prompt' | 'Resource',
): Promise<unknown> {
  const field = kind === 'Resource' ? 'uri' : 'name'
  if (!bySdk) throw new RpcError(-32602, `${kind} ${String(params[field])} not found`)
  const randomName = field === 'name' ? randomUUID() : `unknown-${randomUUID()}:x`
  const requested = String(params[field])
  const { task: _, ...rest } = params
  const { arguments: __, ...plain } = rest
  try {
    return replaceText(await forward({ ...plain, [field]: randomName }), randomName, requested)
  } catch (error) {
    const { code, message, data } = error as { code?: unknown; message?: unknown; data?: unknown }
    if (typeof code !== 'number') throw new RpcError(-32602, `${requested} not found`)
    const text = String(replaceText(message, randomName, requested))
    throw new RpcError(code, text, replaceText(data, randomName, requested))
  }
}

/** Replaces `from` by `to` in every string of a JSON value. */
function replaceText(value: unknown, from: string, to: string): unknown {
  if (typeof value === 'string') return value.replaceAll(from, () => to)
  if (Array.isArray(value)) return value.map((item) => replaceText(item, from, to))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, replaceText(item, from, to)]))
}
