import type { OpenAPIHono } from '@hono/zod-openapi'
import type { ExchangeEnv } from './exchange.js'
import { ApiProblem } from './problem.js'
import { baseHeaders } from './response.js'

/**
 * Answers what a path has no operation for: `OPTIONS` with the methods that it has, and any other method with 405. A request with a
 * key's id in its path is told no more than one with an id that nobody has.
 */
export function refuseOtherMethods(
  app: Pick<OpenAPIHono<ExchangeEnv, Record<never, never>, string>, 'all'>,
  paths: readonly string[],
  methods: readonly string[],
): void {
  const allowed = [...new Set(methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))), 'OPTIONS']
  const headers = { Allow: allowed.join(', ') }
  for (const path of paths) {
    app.all(path, ({ req }) => {
      if (req.method === 'OPTIONS') return new Response(null, { status: 204, headers: { ...headers, ...baseHeaders } })
      throw new ApiProblem(405, 'method_not_allowed', `There is only ${headers.Allow} at this address.`, {}, headers)
    })
  }
}
