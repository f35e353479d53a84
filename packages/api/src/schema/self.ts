import { z } from '@hono/zod-openapi'
import { Key } from './answers.js'
import { HeldRateLimit } from './fields.js'

export const Self = Key.pick({
  id: true,
  preview: true,
  name: true,
  environment: true,
  status: true,
  owner: true,
  scopes: true,
  roles: true,
  resources: true,
  expires_at: true,
})
  .extend({
    rate_limits: z.array(HeldRateLimit).openapi({
      description:
        'The limits that hold for the key: its own, or else those of the plan, and those that it shares with other keys.',
    }),
  })
  .openapi('Self', { description: 'The key that sends the request: what it may be used for, and until when.' })
