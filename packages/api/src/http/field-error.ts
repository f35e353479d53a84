import { unprintable } from '@keywright/core/adapter'
import { ApiProblem, maskTokens } from './problem.js'

/** Where in a request something is wrong: a JSON Pointer into the body (RFC 6901), or the name of a parameter or a header. */
export type Place = { readonly pointer: string } | { readonly parameter: string } | { readonly header: string }

/**
 * What is wrong there. Codes are API: new ones may be added, none is renamed.
 *
 * - `required`: it is missing.
 * - `unknown`: the request takes nothing of this name.
 * - `repeated`: it may be there once.
 * - `type`: it has the wrong JSON type.
 * - `value`: it has the right type, and a value that is not allowed.
 * - `unknown_name`: it names a scope, role, preset or resource type that is not in the catalog.
 * - `exceeds`: it would give a key more than the caller has.
 */
export const fieldCodes = ['required', 'unknown', 'repeated', 'type', 'value', 'unknown_name', 'exceeds'] as const

/** One thing that is wrong with a request, and what was expected there. */
export type FieldError = Place & { readonly code: (typeof fieldCodes)[number]; readonly detail: string }

/**
 * Says of each field what is wrong with it.
 *
 * @param mustBe - Completes "… must be".
 */
export function wrongField(place: Place, mustBe: string, code: FieldError['code'] = 'value'): FieldError {
  return { ...place, code, detail: `${nameOf(place)} must be ${mustBe}.` }
}

/** A field, parameter or header that the request does not take. */
export function unknownField(place: Place): FieldError {
  return { ...place, code: 'unknown', detail: `This request does not take ${lowerFirst(nameOf(place))}. Leave it out.` }
}

/** A field or parameter that is missing. */
export function missingField(place: Place, expected: string): FieldError {
  return { ...place, code: 'required', detail: `${nameOf(place)} is required: ${expected}.` }
}

/** How many faults are named: a body of 64 KB has room for thousands. */
const mostErrors = 100

/** A request of which parts are wrong: each of them is named, in their order. */
export function invalidInput(errors: readonly FieldError[]): ApiProblem {
  const named = errors.slice(0, mostErrors)
  const [first] = named
  const rest = named.length < errors.length ? `, which has the first ${mostErrors}` : ''
  const detail =
    errors.length === 1 && first !== undefined
      ? first.detail
      : `${errors.length} parts of this request are not valid; see \`errors\`${rest}.`
  return new ApiProblem(400, 'invalid_input', detail, { errors: named })
}

/** What a place is called in a sentence. */
export function nameOf(place: Place): string {
  if ('parameter' in place) return `The parameter \`${place.parameter}\``
  if ('header' in place) return `The header ${place.header}`
  return place.pointer === '' ? 'The body' : `The field \`${place.pointer}\``
}

/** A JSON Pointer (RFC 6901). Names in it are text that the client chose, so long ones are cut. */
export function pointerTo(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${shownName(String(part)).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** A name that the client chose, as it may come back: no token in the wrong place, nothing that cannot be seen, and not for ever. */
export function shownName(name: string): string {
  return maskTokens(name.replace(new RegExp(unprintable, 'gu'), '')).slice(0, 64)
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
