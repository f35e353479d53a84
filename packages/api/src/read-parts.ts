import type { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Operation } from './operation.js'
import { ApiProblem } from './problem.js'

/**
 * Reads the path and the query of a request; a parameter that is not in the schema, or comes twice, is refused.
 *
 * @throws ApiProblem 400, naming the parameter.
 */
export function readParts(
  context: Context,
  { params, query }: Pick<Operation, 'params' | 'query'>,
): { params: Record<string, unknown>; query: Record<string, unknown> } {
  const given = new URL(context.req.url).searchParams
  const names = [...given.keys()]
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw refused(twice)
  return {
    params: params === undefined ? {} : read(params, context.req.param()),
    query: query === undefined ? refuseAny(names) : read(query, Object.fromEntries(given)),
  }
}

function refuseAny(names: readonly string[]): Record<string, unknown> {
  const [name] = names
  if (name !== undefined) throw refused(name)
  return {}
}

function read(schema: z.ZodObject, value: unknown): Record<string, unknown> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw refused(issue?.code === 'unrecognized_keys' ? String(issue.keys[0]) : String(issue?.path[0] ?? ''))
}

function refused(name: string): ApiProblem {
  const field = name.replace(/[^\w.:-]/g, '').slice(0, 64)
  return new ApiProblem(400, 'invalid_input', `${field}: not as the description of this API says.`, { field })
}
