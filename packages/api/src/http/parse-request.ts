import type { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { checkValue } from './check-value.js'
import { type FieldError, invalidInput, pointerTo, shownName, unknownField } from './field-error.js'
import { hasBody, readBody } from './read-body.js'

/** The schemas of what an operation takes. Without one, it takes nothing there. */
export interface RequestSchemas {
  readonly params?: z.ZodObject | undefined
  readonly query?: z.ZodObject | undefined
  /** The parameters of the query that may be repeated: what they say is joined by commas. */
  readonly lists?: readonly string[] | undefined
  readonly body?: z.ZodType | undefined
}

/** The parts of a request, as their schemas give them out. */
export interface ParsedRequest {
  readonly params: Record<string, unknown>
  readonly query: Record<string, unknown>
  readonly body: unknown
}

/**
 * Parses path, query and body. A parameter that is not in the schema, or is there twice and is no list, is refused, and so is a field of the body.
 *
 * @throws {@link ApiProblem} with status 400 that names all that is wrong; with 400, 413 or 415 for a body that is no JSON.
 */
export async function parseRequest(context: Pick<Context, 'req'>, schemas: RequestSchemas): Promise<ParsedRequest> {
  const given = new URL(context.req.url).searchParams
  const names = [...given.keys()]
  const isList = (name: string): boolean => schemas.lists?.includes(name) === true
  const repeated = names.filter((name, at) => names.indexOf(name) !== at && !isList(name))
  const errors: FieldError[] = [...new Set(repeated)].map((name) => {
    const parameter = shownName(name)
    return { parameter, code: 'repeated', detail: `The parameter \`${parameter}\` must not be there twice.` }
  })
  const check = <S extends z.ZodType>(schema: S, value: unknown, placeOf: PlaceOf): unknown => {
    const checked = checkValue(schema, value, placeOf)
    if ('data' in checked) return checked.data
    errors.push(...checked.errors)
    return {}
  }
  const params = schemas.params === undefined ? {} : check(schemas.params, context.req.param(), parameterAt)
  if (schemas.query === undefined) errors.push(...names.map((name) => unknownField(parameterAt([name]))))
  const query = schemas.query === undefined ? {} : check(schemas.query, queryOf(given, isList), parameterAt)
  if (schemas.body === undefined && (await hasBody(context.req.raw))) errors.push(unknownField({ pointer: '' }))
  const body =
    schemas.body === undefined
      ? {}
      : check(schemas.body, await readBody(context.req.raw), (path) => ({ pointer: pointerTo(path) }))
  if (errors.length > 0) throw invalidInput(errors)
  // Schemas of objects give objects.
  return { params: params as ParsedRequest['params'], query: query as ParsedRequest['query'], body }
}

function queryOf(given: URLSearchParams, isList: (name: string) => boolean): Record<string, string> {
  return Object.fromEntries(
    [...given].map(([name, value]) => [name, isList(name) ? given.getAll(name).join(',') : value]),
  )
}

type PlaceOf = Parameters<typeof checkValue>[2]

const parameterAt: PlaceOf = (path) => ({ parameter: shownName(path.map(String).join('.')) })
