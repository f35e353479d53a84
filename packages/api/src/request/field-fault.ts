import type { z } from '@hono/zod-openapi'
import { type FieldError, nameOf, type Place, pointerTo, wrongField } from '../http/field-error.js'
import { snakeCase } from '../schema/snake-case.js'

/** What a request could have beside a body. */
export interface RequestFields {
  readonly params?: z.ZodObject | undefined
  readonly query?: z.ZodObject | undefined
}

/** Says in the words of the API what the keyring refuses of a request: its `field`, and what it says of it. */
export function fieldFault(request: RequestFields, error: Readonly<Record<string, unknown>>): FieldError {
  const { expected, unknown, exceeding } = error
  const path = pathOf(String(error.field))
  if (typeof unknown === 'string') {
    // Of a resource type, the keyring names the map that it is in.
    const place = placeOf(
      request,
      path[0] === 'resources' && path.length === 1 && isName(unknown) ? ['resources', unknown] : path,
    )
    const detail = `${nameOf(place)} has the name ${unknown}, which is not in the catalog. Use one that the catalog lists.`
    return { ...place, code: 'unknown_name', detail }
  }
  const place = placeOf(request, path)
  if (Array.isArray(exceeding)) {
    const detail = `${nameOf(place)} would give the key more than you have: ${listed(exceeding)}. Ask for less.`
    return { ...place, code: 'exceeds', detail }
  }
  return wrongField(place, inApiWords(String(expected)))
}

/** Whether it is a name that the client sent: of another, the keyring says that it is none. */
function isName(unknown: string): boolean {
  return !unknown.startsWith('(')
}

/** The first ten: `exceeding` has them all. */
function listed(names: readonly unknown[]): string {
  const rest = names.length > 10 ? `, and ${names.length - 10} more` : ''
  return names.slice(0, 10).join(', ') + rest
}

/** `resources["board"].levels["b1"]` as a path. The first part is a name of the keyring's; what is in quotes is the client's. */
function pathOf(field: string): readonly string[] {
  const parts = field.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)
  return [...parts].map(([, quoted, index, name]) => {
    if (quoted !== undefined) return JSON.parse(`"${quoted}"`) as string // written by JSON.stringify
    return index ?? snakeCase(name ?? '')
  })
}

function placeOf({ params, query }: RequestFields, path: readonly string[]): Place {
  const name = path.join('_') // `actor.id` is the parameter `actor_id`
  if (name === 'idempotency_key') return { header: 'Idempotency-Key' }
  if (query !== undefined && name in query.shape) return { parameter: name }
  if (params !== undefined && name in params.shape) return { parameter: name }
  return { pointer: pointerTo(path) }
}

/** What the keyring says to developers, for those who send JSON. */
const words: readonly (readonly [RegExp, string])[] = [
  [/\ba valid Date\b/, 'a date and time from 1970 to 9999 (such as 2030-01-01T00:00:00Z)'],
  [/^a global scope$/, 'a scope that is not one of a resource: grant it in `resources`, with a level'],
  [/\b(?:windowMs|nextCursor)\b/g, ''],
]

function inApiWords(expected: string): string {
  return words.reduce(
    (text, [pattern, word]) => text.replace(pattern, (found) => (word === '' ? snakeCase(found) : word)),
    expected,
  )
}
