import { z } from '@hono/zod-openapi'
import type { AuditVerdict as Verdict } from '@keywright/core'

const seq = z.int().min(0).openapi({ description: 'The number of the last record that was checked.', example: 1_000 })
const hash = z
  .string()
  .regex(/^[0-9a-f]{64}$/, '64 hexadecimal digits')
  .openapi({ description: 'Its hash.', example: '0'.repeat(64) })

/** How many records one request checks at most. */
const most = 10_000

export const VerifyQuery = z.strictObject({
  limit: z
    .string()
    .regex(/^(?:[1-9]\d{0,3}|10000)$/, `a whole number from 1 to ${most}`)
    .transform(Number)
    .optional()
    .openapi({
      type: 'integer',
      minimum: 1,
      maximum: most,
      description: 'How many records are checked at most. The default is 1000.',
      example: 1_000,
    }),
  after_seq: z
    .string()
    .regex(/^\d{1,15}$/, 'the `seq` of a checkpoint')
    .transform(Number)
    .optional()
    .openapi({
      type: 'integer',
      minimum: 0,
      description: 'Begins after this record: the `seq` of a checkpoint; together with `after_hash`.',
      example: 1_000,
    }),
  after_hash: hash
    .optional()
    .openapi({ description: 'The `hash` of that checkpoint; together with `after_seq`.', example: '0'.repeat(64) }),
  after_keyed: z
    .enum(['true', 'false'])
    .optional()
    .openapi({ description: 'The `keyed` of that checkpoint. The default is `false`.' }),
})

// An object and not a list: the compiler says so when core gets another problem.
const problems = {
  missing: 'missing',
  altered: 'altered',
  unknown_key: 'unknown_key',
  truncated: 'truncated',
  rewritten: 'rewritten',
  pruned: 'pruned',
} satisfies { [P in Extract<Verdict, { ok: false }>['problem']]: P }

export const AuditVerdict = z
  .object({
    ok: z.boolean().openapi({ description: 'Whether no fault was found in what was checked.' }),
    complete: z.boolean().openapi({
      description:
        'Whether the check is over: at the end of the log, or at a fault. If not, ask again from `checkpoint`.',
    }),
    checkpoint: z
      .union([
        z.object({
          seq,
          hash,
          keyed: z.boolean().openapi({ description: 'Whether the records from here on need a secret key.' }),
        }),
        z.null(),
      ])
      .openapi({
        description:
          'Where the check ended; null after a fault. Kept elsewhere, it shows later whether the log was rewritten.',
      }),
    fault: z
      .union([
        z.object({
          problem: z.enum(problems).openapi({
            description:
              '`missing`: a record was removed or moved. `altered`: one was changed, or never appended. `unknown_key`: one names a secret key that is not known. `truncated`: the end is missing. `rewritten`: the log does not pass through the checkpoint, or through its head. `pruned`: the checkpoint is in a part that was archived; nothing else was found.',
          }),
          seq: z.int().openapi({
            description:
              'The first wrong record; of `truncated` and `rewritten`, the last that was checked; of `pruned`, the last that was archived.',
            example: 7,
          }),
        }),
        z.null(),
      ])
      .openapi({ description: 'The first fault; null: none was found.' }),
  })
  .openapi('AuditVerdict', { description: 'What a check of the audit log found.' })
