import type { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { ApiProblem } from './problem.js'

/** The schemas of an operation's path and query. Without a schema, the operation takes no parameters there. */
interface ParameterSchemas {
  readonly params?: z.ZodObject
  readonly query?: z.ZodObject
}

/**
 * Parses the path and the query of a request. A parameter that is not in the schema, or is there twice, is refused.
 *
 * @throws {@link ApiProblem} with status 400, which names the parameter.
 */
export function parseParameters(
  context: Context,
  { params, query }: ParameterSchemas,
): { params: Record<string, unknown>; query: Record<string, unknown> } {
  const given = new URL(context.req.url).searchParams
  const names = [...given.keys()]
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw invalidParameter(twice, 'must not be there twice')
  return {
    params: params === undefined ? {} : parse(params, context.req.param()),
    query: query === undefined ? refuseAny(names) : parse(query, Object.fromEntries(given)),
  }
}

function refuseAny(names: readonly string[]): Record<string, unknown> {
  const [name] = names
  if (name !== undefined) throw invalidParameter(name, unknownName)
  return {}
}

function parse(schema: z.ZodObject, value: unknown): Record<string, unknown> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw issue?.code === 'unrecognized_keys'
    ? invalidParameter(String(issue.keys[0]), unknownName)
    : invalidParameter(String(issue?.path[0] ?? ''), 'does not have the form that the OpenAPI document describes')
}

const unknownName = 'is not a parameter of this operation'

function invalidParameter(name: string, fault: string): ApiProblem {
  // Cut and cleaned: the name is text that the client chose.
  const field = name.replace(/[^\w.:-]/g, '').slice(0, 64)
  return new ApiProblem(400, 'invalid_input', `The parameter \`${field}\` ${fault}.`, { field })
}
