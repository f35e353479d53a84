import { z } from '@hono/zod-openapi'
import { problemCodes } from '../http/problem.js'
import { mostInBulk } from '../schema/bulk.js'
import { keyId, keyStatus } from '../schema/fields.js'

const codes = [...new Set(Object.values(problemCodes).flat())]

export const BulkResult = z
  .object({
    id: keyId,
    result: z.enum(['done', 'unchanged', 'refused']).openapi({
      description:
        '`unchanged`: the key was so before. `refused`: see `code`; with `outcome_unknown`, it may have been done.',
    }),
    status: z
      .union([keyStatus, z.null()])
      .openapi({ description: 'The status of the key afterwards; null if it was refused.' }),
    version: z
      .int()
      .positive()
      .nullable()
      .openapi({ description: 'The version of the key afterwards; null if it was refused.', example: 2 }),
    code: z.union([z.enum(codes), z.null()]).openapi({
      description: 'The code that the request for this key alone would have had; null if it was not refused.',
    }),
    detail: z.string().nullable().openapi({ description: 'What is wrong, in a sentence; null if it was not refused.' }),
  })
  .openapi('BulkResult', { description: 'What became of one key.' })

export const BulkResults = z
  .object({
    data: z.array(BulkResult).max(mostInBulk).openapi({ description: 'One result for each key, in their order.' }),
    dry_run: z.boolean().openapi({ description: 'Whether nothing was changed.' }),
    next_cursor: z
      .string()
      .nullable()
      .openapi({ description: 'With `filter`: the `cursor` for the keys that are left; null if there are none.' }),
  })
  .openapi('BulkResults', { description: 'What became of each key.' })
