import type { z } from '@hono/zod-openapi'
import { type FieldError, missingField, type Place, unknownField, wrongField } from './field-error.js'

/** What a schema says of a value: its output, or all that is wrong, in the order of the schema. */
export type Checked<T> = { readonly data: T } | { readonly errors: readonly FieldError[] }

/**
 * Checks a value, and says of each fault where it is and what was expected there.
 *
 * A schema may say in its own words what it expects, as the end of the sentence "… must be".
 *
 * @param placeOf - The place that a path within the value has in the request.
 */
export function checkValue<S extends z.ZodType>(
  schema: S,
  value: unknown,
  placeOf: (path: readonly PropertyKey[]) => Place,
): Checked<z.output<S>> {
  const result = schema.safeParse(value, { error: expectedOf, reportInput: true })
  if (result.success) return { data: result.data }
  return { errors: result.error.issues.flatMap((issue) => describe(issue, placeOf)) }
}

function describe(issue: z.core.$ZodIssue, placeOf: (path: readonly PropertyKey[]) => Place): FieldError[] {
  const { path, message } = issue
  if (issue.code === 'unrecognized_keys') return issue.keys.map((name) => unknownField(placeOf([...path, name])))
  const place = placeOf(path)
  if (isMissing(issue) && ['invalid_type', 'invalid_value', 'invalid_union'].includes(issue.code)) {
    return [missingField(place, message)]
  }
  return [wrongField(place, message, issue.code === 'invalid_type' ? 'type' : 'value')]
}

function isMissing(issue: z.core.$ZodIssue): boolean {
  // A union that is told by one field names that field, and has the object around it as its input.
  const field = issue.code === 'invalid_union' ? issue.discriminator : undefined
  if (field !== undefined) return typeof issue.input === 'object' && issue.input !== null && !(field in issue.input)
  return issue.input === undefined && issue.path.length > 0
}

const types: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a whole number', // the API has no others
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

const unsaid = 'what the OpenAPI document says'

const units: Readonly<Record<string, string>> = { string: ' characters', array: ' entries' }

/** What was expected, for schemas that do not say so themselves. */
function expectedOf(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return types[issue.expected] ?? issue.expected
    case 'too_small':
      return `at least ${issue.minimum}${unitOf(issue.origin)}`
    case 'too_big':
      return `at most ${issue.maximum}${unitOf(issue.origin)}`
    case 'invalid_value':
      return `one of ${issue.values.map(String).join(', ')}`
    case 'invalid_format':
      return issue.format === 'datetime' ? 'a date and time with its zone, such as 2030-01-01T00:00:00Z' : issue.format
    case 'invalid_union':
      return Array.isArray(issue.options) ? `one of ${issue.options.join(', ')}` : unsaid
    default:
      return unsaid
  }
}

function unitOf(origin: string): string {
  return units[origin] ?? ''
}
