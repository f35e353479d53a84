import { z } from '@hono/zod-openapi'
import { inputLimits } from '@keywright/core/adapter'
import { instant } from './fields.js'

const { rotationEveryMs, graceMs } = inputLimits

const everyMs = z.int().min(rotationEveryMs.least).max(rotationEveryMs.most).openapi({
  description: 'How long a token is the current one, in milliseconds: from an hour to 366 days.',
  example: 2_592_000_000,
})

const schedule = {
  every_ms: everyMs,
  grace_ms: z.int().min(graceMs.least).max(graceMs.most).openapi({
    description:
      'How long the token before it works on, once the new one was delivered, in milliseconds: at most 7 days, and less than `every_ms`.',
    example: 86_400_000,
  }),
}

export const SetScheduleBody = z
  .strictObject(schedule)
  .openapi('SetRotationSchedule', { description: 'How often a key gets a new token, which the product delivers.' })

const RotationSchedule = z
  .object({
    ...schedule,
    next_at: instant.openapi({
      description: 'When the key gets its next token; while one waits to be delivered, when that is tried next.',
    }),
    last_delivered_at: instant
      .nullable()
      .openapi({ description: 'When the last token that the schedule made was delivered; null: none was yet.' }),
    pending_since: instant
      .nullable()
      .openapi({ description: 'Since when a new token waits to be delivered; null: none does. Both work meanwhile.' }),
    failures: z.int().min(0).openapi({ description: 'How many attempts to deliver it have failed.', example: 0 }),
  })
  .openapi('RotationSchedule', { description: 'How often a key gets a new token, and how far that is.' })

export const ScheduleOfKey = z
  .object({
    // Not nullable(): of a schema with a name, it would ask for an object all the same.
    schedule: z.union([RotationSchedule, z.null()]).openapi({ description: 'null: the key has none.' }),
  })
  .openapi('ScheduleOfKey', { description: 'The schedule of a key.' })
