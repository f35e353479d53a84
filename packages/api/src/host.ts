import type { Caller } from './caller.js'
import type { ResourceChoice } from './options.js'

/**
 * Asks the host a question. An answer that does not come in time, throws, or is not one at all, is an outage: 503, and never
 * a pass (FI-30).
 *
 * @param read - Gives what the answer means, or throws where it means nothing.
 */
export async function askHost<T>(ask: () => unknown, read: (answer: unknown) => T, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
  })
  try {
    return read(await Promise.race([(async () => ask())(), late]))
  } catch (cause) {
    // Wrapped, for an error of the host's own must not be told to the client as one of ours.
    throw new Error('The host could not be asked', { cause })
  } finally {
    clearTimeout(timer)
  }
}

/** Reads an answer of `authenticate`, and copies it. `null`: nobody. */
export function readCaller(answer: unknown): Required<Caller> | null {
  if (answer === null || answer === undefined) return null
  const { actor, authority, ambient = true } = asRecord(answer, 'authenticate: a caller or null')
  const { type, id } = asRecord(actor, 'authenticate: a caller with an actor')
  const { scopes = [], roles = [] } = asRecord(authority, 'authenticate: a caller with its authority')
  if (type !== 'user' && type !== 'key') throw malformed("authenticate: an actor of type 'user' or 'key'")
  if (!isTextList(scopes) || !isTextList(roles)) throw malformed('authenticate: scopes and roles as lists of strings')
  if (typeof ambient !== 'boolean') throw malformed('authenticate: ambient as a boolean')
  return {
    actor: { type, id: readText(id, 'authenticate: an actor with an id') },
    authority: { scopes, roles },
    ambient,
  }
}

/** Reads an answer of `organization`. `null`: none. */
export function readOrganization(answer: unknown): string | null {
  return answer === null || answer === undefined ? null : readText(answer, 'organization: an id or null')
}

/** Reads an answer of `assertFresh`: only `true` is a yes. */
export function readFreshness(answer: unknown): boolean {
  if (typeof answer === 'boolean') return answer
  throw malformed('assertFresh: a boolean')
}

/** Reads an answer of `clientIp`. */
export function readClientIp(answer: unknown): string | null {
  return answer === null || answer === undefined ? null : readText(answer, 'clientIp: an address or null')
}

/** Reads what a resource picker has to choose from. */
export function readChoices(answer: unknown): readonly ResourceChoice[] {
  if (!Array.isArray(answer)) throw malformed('resources: a list')
  return answer.map((choice: unknown) => {
    const { id, name } = asRecord(choice, 'resources: a list of { id, name }')
    return { id: readText(id, 'resources: an id'), name: readText(name, 'resources: a name') }
  })
}

function asRecord(value: unknown, expected: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(expected)
  return value as Record<string, unknown> // an object; what it holds is checked by whoever reads it
}

function readText(value: unknown, expected: string): string {
  if (typeof value !== 'string' || value === '') throw malformed(expected)
  return value
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function malformed(expected: string): TypeError {
  return new TypeError(`Expected of ${expected}`)
}
