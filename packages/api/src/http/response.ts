import type { RouteConfig, z } from '@hono/zod-openapi'
import type { ShownHeader } from './shown-headers.js'

/** Headers of every response. Any response may hold a secret, so no cache may keep it. */
export const baseHeaders = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' } as const

/** Makes a JSON response. */
export function jsonResponse(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/json', ...baseHeaders, ...headers },
  })
}

/** Describes a JSON response for the OpenAPI document. */
export function jsonContent(
  schema: z.ZodType,
  description: string,
  headers: Readonly<Record<string, ShownHeader>> = {},
): RouteConfig['responses'][string] {
  const shown = Object.keys(headers).length === 0 ? {} : { headers: { ...headers } }
  return { description, ...shown, content: { 'application/json': { schema } } }
}
