import { z } from '@hono/zod-openapi'

const FieldProblem = z
  .object({
    pointer: z
      .string()
      .optional()
      .openapi({ description: 'A JSON Pointer (RFC 6901) into the body.', example: '/rate_limits/0/window_ms' }),
    parameter: z.string().optional().openapi({ description: 'The name of a parameter of the query or the path.' }),
    header: z.string().optional().openapi({ description: 'The name of a header.' }),
    code: z
      .enum(['required', 'unknown', 'repeated', 'type', 'value', 'unknown_name', 'exceeds'])
      .openapi({ description: 'Stable: programs can rely on it.' }),
    detail: z.string().openapi({ description: 'What was expected, in a sentence.' }),
  })
  .openapi('FieldProblem', { description: 'One thing that is wrong with a request.' })

export const Problem = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().openapi({ description: 'Stable: programs can rely on it.' }),
    errors: z.array(FieldProblem).optional().openapi({ description: 'Each thing that is wrong with the request.' }),
  })
  .openapi('Problem')
