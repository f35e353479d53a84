import { InvalidOptions, type OwnerAuthority } from '@keywright/core'
import { checkId, checkNames, isRecord, isStringArray, type NamesOf } from '@keywright/core/adapter'
import type { Caller } from './caller.js'
import type { ResourceChoice } from './options.js'

const callerNames: NamesOf<Caller> = { actor: true, authority: true, ambient: true }
const actorNames: NamesOf<Extract<Caller['actor'], { type: 'key' }>> = { type: true, id: true, token: true }
// With levels, though nothing here needs them: a host may return what its `resolveOwner` does.
const authorityNames: NamesOf<OwnerAuthority> = { scopes: true, roles: true, levels: true, levelsOf: true }

/**
 * Parses the answer of `authenticate`, and copies it. `null` means that nobody is signed in.
 *
 * @throws {@link InvalidOptions} for a malformed answer, and for a field that is unknown; InvalidInput for an id that is none.
 */
export function parseCaller(answer: unknown): Required<Caller> | null {
  if (answer === null || answer === undefined) return null
  const { actor, authority, ambient = true } = requireRecord(answer, 'authenticate', 'a caller or null')
  const { scopes = [], roles = [] } = requireRecord(authority, 'authenticate', 'a caller with an authority')
  const parsedActor = parseActor(actor)
  checkNames(answer, callerNames, { at: 'authenticate' })
  checkNames(authority, authorityNames, { at: 'authenticate.authority' })
  if (!isStringArray(scopes) || !isStringArray(roles)) {
    throw wrongAnswer('authenticate', 'the scopes and roles of the authority as arrays of strings')
  }
  if (typeof ambient !== 'boolean') throw wrongAnswer('authenticate', 'ambient as true or false')
  return { actor: parsedActor, authority: { scopes, roles }, ambient }
}

function parseActor(actor: unknown): Caller['actor'] {
  const { type, id: given, token } = requireRecord(actor, 'authenticate', 'a caller with an actor')
  checkNames(actor, actorNames, { at: 'authenticate.actor' })
  if (type !== 'user' && type !== 'key') throw wrongAnswer('authenticate', "an actor of type 'user' or 'key'")
  const id = checkId(given, 'authenticate.actor.id')
  if (type === 'user' || token === undefined) return { type, id }
  // Kept: without it, the keyring takes every token of a key in grace for the previous one.
  if (token === 'current' || token === 'previous' || token === 'delegate') return { type, id, token }
  throw wrongAnswer('authenticate', "the token of a key as 'current', 'previous' or 'delegate'")
}

/** Parses the answer of `organization`. `null` means that the caller is not a member. */
export function parseOrganizationId(answer: unknown): string | null {
  return answer === null || answer === undefined ? null : requireText(answer, 'organization', 'an id or null')
}

/** Parses the answer of `assertFresh`. Only `true` is a yes. */
export function parseFreshness(answer: unknown): boolean {
  if (typeof answer === 'boolean') return answer
  throw wrongAnswer('assertFresh', 'true or false')
}

/** Parses the answer of `clientIp`. `null` means that the address is not known. */
export function parseClientIp(answer: unknown): string | null {
  return answer === null || answer === undefined ? null : requireText(answer, 'clientIp', 'an IP address or null')
}

/** Parses the answer of a function that lists choices, and copies `id` and `name` of each. */
export function parseChoices(answer: unknown, option: 'resources' | 'people' = 'resources'): readonly ResourceChoice[] {
  if (!Array.isArray(answer)) throw wrongAnswer(option, 'an array of { id, name }')
  return answer.map((choice: unknown) => {
    const { id, name } = requireRecord(choice, option, 'an array of { id, name }')
    return {
      id: requireText(id, option, 'choices whose id is a string'),
      name: requireText(name, option, 'choices whose name is a string'),
    }
  })
}

function requireRecord(value: unknown, option: string, expected: string): Readonly<Record<string, unknown>> {
  if (!isRecord(value)) throw wrongAnswer(option, expected)
  return value
}

function requireText(value: unknown, option: string, expected: string): string {
  if (typeof value !== 'string' || value === '') throw wrongAnswer(option, expected)
  return value
}

function wrongAnswer(option: string, expected: string): InvalidOptions {
  return new InvalidOptions(option, `a function that returns ${expected}`)
}
