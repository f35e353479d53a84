import { isRecord } from '@keywright/core/adapter'
import { decidedMethods } from '../server/rules/decided-methods.js'

/** The units that a request takes before its messages are served. */
export interface Units {
  readonly all: number
  /** Those that stand for its first message with a rule, which takes the rest. */
  readonly forMessage: number
}

/**
 * What a client sends of its own accord costs a unit each: calls, reads, lists, pings. Replies, notifications and the end of a
 * session cost nothing: a tool waits for them. Nor does the `GET` stream of a session.
 *
 * @param body - The parsed body. `undefined`: nobody could read it.
 */
export function unitsOf(method: string, body: unknown): Units {
  if (method !== 'POST') return { all: 0, forMessage: 0 }
  const requests = (Array.isArray(body) ? body : [body]).filter((message) => !isFree(message))
  const others = requests.filter((message) => !(isRecord(message) && decidedMethods.has(String(message.method))))
  if (others.length > 0 || requests.length === 0) return { all: others.length, forMessage: 0 }
  return { all: 1, forMessage: 1 }
}

/** Whether a message is a reply or a notification. */
function isFree(message: unknown): boolean {
  if (!isRecord(message)) return false
  if (typeof message.method === 'string') return message.id === undefined
  return message.result !== undefined || message.error !== undefined
}
