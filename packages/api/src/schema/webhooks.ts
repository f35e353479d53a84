import { z } from '@hono/zod-openapi'
import { inputLimits } from '@keywright/core/adapter'
import type { DeliveryStatus, EndpointStatus, EndpointStop } from '@keywright/core/store'
import { nextCursor } from './answers.js'
import { Actor, instant, keyId, settings } from './fields.js'
import { listOf } from './list-of.js'
import { cursor, limit } from './requests.js'

/** The id of a webhook. By its form, no address of the API is taken for one. */
const webhookId = z
  .string()
  .regex(/^we_[0-9A-Za-z]{1,60}$/, 'the id of a webhook: we_, then letters and digits')
  .openapi({ description: 'The id of a webhook.', example: 'we_0123456789abcdef01234567' })

const eventId = z
  .string()
  .regex(/^[\w.-]{1,64}$/, 'the id of an event: at most 64 letters, digits and . _ -')
  .openapi({ description: 'The `webhook-id` that the receiver sees.', example: 'evt_0123456789abcdef0123456789abcdef' })

// Objects and not lists: the compiler says so when core gets another one.
const webhookStatus = z
  .enum({
    active: 'active',
    paused: 'paused',
    disabled_by_system: 'disabled_by_system',
  } satisfies { [S in EndpointStatus]: S })
  .openapi('WebhookStatus', {
    description:
      'Only an active webhook is sent events. One that is disabled was so by the product: see `disabled_reason`.',
  })

const disabledReason = z.enum({
  failing: 'failing',
  gone: 'gone',
  key_revoked: 'key_revoked',
  key_expired: 'key_expired',
} satisfies { [S in EndpointStop]: S })

const deliveryStatus = z
  .enum({
    pending: 'pending',
    held: 'held',
    delivered: 'delivered',
    failed: 'failed',
    dropped: 'dropped',
  } satisfies { [S in DeliveryStatus]: S })
  .openapi('WebhookDeliveryStatus', {
    description:
      '`pending` waits for its next attempt, `held` for its webhook to be resumed. `failed` is not tried again. `dropped`: the key may not hear of it, or works no more.',
  })

const url = z.string().min(1).max(2_048).openapi({
  description:
    'Where events are posted to: an `https:` URL of a public host, on a port that the product allows, without a user in it.',
  example: 'https://example.com/hook',
})

const types = z
  .array(z.string().min(1).max(64).openapi({ example: 'board.updated' }))
  .min(1)
  .max(100)
  .nullable()
  .openapi({ description: 'The types of events that it wants; null: all that its key may hear of.' })

const description = settings.description.openapi({
  description: 'What the webhook is for.',
  example: 'Fills the cache.',
})

export const WebhookParams = z.object({ id: keyId, webhook_id: webhookId })

export const DeliveryParams = WebhookParams.extend({ event_id: eventId })

export const WebhookQuery = z.strictObject({ limit, cursor })

export const DeliveryQuery = z.strictObject({
  limit,
  cursor,
  status: listOf(deliveryStatus, { $ref: '#/components/schemas/WebhookDeliveryStatus' })
    .optional()
    .openapi({
      description: 'Only deliveries with one of these statuses: repeated, or separated by commas.',
      example: ['failed', 'dropped'],
    }),
})

export const CreateWebhookBody = z
  .strictObject({ url, types: types.optional(), description: description.optional() })
  .openapi('CreateWebhook', { description: 'A webhook to be attached to a key.' })

export const UpdateWebhookBody = z
  .strictObject({ url, types, description })
  .partial()
  .openapi('UpdateWebhook', { description: 'The settings to change. Those that are left out stay as they are.' })

export const RotateSecretBody = z
  .strictObject({
    grace_ms: z.int().min(inputLimits.graceMs.least).max(inputLimits.graceMs.most).optional().openapi({
      description: 'How long the secret before signs as well, in milliseconds, at most 7 days. The default is a day.',
      example: 86_400_000,
    }),
  })
  .openapi('RotateWebhookSecret', { description: 'How the secret is rotated. The body may be left out.' })

export const ReplayBody = z
  .strictObject({
    event_id: eventId.optional().openapi({ description: 'One event, whatever became of it.' }),
    from: instant.optional().openapi({ description: 'With `to`: events of this time or later.' }),
    to: instant.optional().openapi({ description: 'With `from`: events before this time.' }),
  })
  .refine(
    ({ event_id: one, from, to }) =>
      one === undefined ? from !== undefined && to !== undefined : from === undefined && to === undefined,
    'an object with either event_id, or from and to',
  )
  .openapi('ReplayWebhook', { description: 'What to send again: either `event_id`, or `from` and `to`.' })

const webhookFields = {
  id: webhookId,
  key_id: keyId,
  url,
  types,
  description,
  status: webhookStatus,
  disabled_reason: disabledReason.nullable().openapi({
    description:
      'Why it is `disabled_by_system`: every attempt failed for days, the receiver answered that it wants no more, or its key has ended; null otherwise.',
  }),
  version: z.int().positive().openapi({ description: '1 at creation; each change adds 1.', example: 1 }),
  created_by: Actor,
  created_at: instant.openapi({ description: 'When it was created.' }),
  updated_at: instant.openapi({ description: 'When it was last changed.' }),
  failing_since: instant.nullable().openapi({
    description: 'When the first attempt failed after the last one that did not; null: the last one did not fail.',
  }),
  previous_secret_expires_at: instant
    .nullable()
    .openapi({ description: 'Until when the secret before the last rotation signs as well; null: it does not.' }),
}

export const Webhook = z
  .object(webhookFields)
  .openapi('Webhook', { description: 'A URL to which the events are sent that a key may hear of, without its secret.' })

export const WebhookWithSecret = z
  .object({
    ...webhookFields,
    secret: z.string().openapi({
      description: 'What the receiver checks signatures with (Standard Webhooks). It is shown only in this response.',
    }),
  })
  .openapi('WebhookWithSecret', { description: 'A webhook with its secret.' })

export const WebhookPage = z
  .object({ data: z.array(Webhook).max(100).openapi({ description: 'The webhooks.' }), next_cursor: nextCursor })
  .openapi('WebhookPage', { description: 'A page of webhooks.' })

/** What is known of an attempt, and of a test. */
const attempt = {
  status: z.int().nullable().openapi({ description: 'The status of the answer; null: there was none.', example: 503 }),
  error: z.string().nullable().openapi({
    description:
      'What went wrong: `status` or `redirect` of an answer, else `url`, `address`, `dns`, `connection`, `tls`, `timeout` or `protocol`; null: nothing. There may be others.',
    example: 'status',
  }),
  text: z.string().max(1_024).openapi({ description: 'The beginning of the answer, without its headers.' }),
}
const latencyMs = z.int().min(0).openapi({ description: 'How long the attempt took, in milliseconds.', example: 120 })

export const WebhookTest = z
  .object({
    event_id: eventId,
    outcome: z.enum(['delivered', 'failed', 'throttled', 'gone', 'not_sent']).openapi({
      description:
        '`throttled`: the receiver wants events later; `gone`: it wants none any more; `not_sent`: the key may hear of nothing now.',
    }),
    reason: z.string().nullable().openapi({
      description: 'Why it was not sent, as a code; null: it was.',
      example: 'key_disabled',
    }),
    ...attempt,
    latency_ms: latencyMs.nullable().openapi({ description: 'How long the attempt took; null: it was not sent.' }),
  })
  .openapi('WebhookTest', { description: 'What came of a test event.' })

const count = (text: string) => z.int().min(0).openapi({ description: text, example: 3 })

export const WebhookDelivery = z
  .object({
    webhook_id: webhookId,
    event_id: eventId,
    event_type: z.string().openapi({ description: 'The type of the event.', example: 'board.updated' }),
    event_at: instant.openapi({ description: 'When the event happened.' }),
    status: deliveryStatus,
    reason: z.string().nullable().openapi({
      description: 'Why it was dropped, as a code; null otherwise.',
      example: 'insufficient_scope',
    }),
    attempts: count('How many attempts there were since it was queued, or sent again.'),
    next_at: instant.nullable().openapi({ description: 'When the next attempt is due; null: never.' }),
    log: z
      .array(z.object({ at: instant.openapi({ description: 'When it began.' }), ...attempt, latency_ms: latencyMs }))
      .max(10)
      .openapi({ description: 'The last attempts, oldest first.' }),
    created_at: instant.openapi({ description: 'When it was queued.' }),
  })
  .openapi('WebhookDelivery', { description: 'An event on its way to a webhook, and what became of it.' })

export const WebhookDeliveryPage = z
  .object({
    data: z.array(WebhookDelivery).max(100).openapi({ description: 'The deliveries.' }),
    next_cursor: nextCursor,
  })
  .openapi('WebhookDeliveryPage', { description: 'A page of deliveries.' })

export const WebhookReplay = z
  .object({ queued: count('How many events will be sent again.') })
  .openapi('WebhookReplay', { description: 'What will be sent again.' })

export const WebhookEvents = z
  .object({
    data: z
      .array(
        z.object({
          type: z.string().openapi({ description: 'The type, as webhooks name it.', example: 'board.updated' }),
          description: z.string().openapi({ description: 'What has happened, for people.' }),
          scope: z.string().openapi({ description: 'What a key needs to hear of it.', example: 'boards.read' }),
        }),
      )
      .openapi({ description: 'The types of events.' }),
  })
  .openapi('WebhookEvents', { description: 'What webhooks can be sent.' })

export const WebhooksStatus = z
  .object({
    waiting: count('Events that wait to be sent, or to be tried again.'),
    held: count('Events that wait for their webhook to be resumed.'),
    oldest: instant.nullable().openapi({ description: 'When the oldest that waits happened; null: none waits.' }),
    oldest_ms: count('How long ago that is, in milliseconds; 0: none waits.'),
    endpoints: z
      .array(
        z.object({
          webhook_id: webhookId,
          delivered: count('Events that were delivered.'),
          failed: count('Events that are not tried again.'),
          dropped: count('Events that its key may not hear of.'),
          pending: count('Events that wait.'),
          failure_rate: z
            .number()
            .min(0)
            .max(1)
            .openapi({ description: 'The part that failed of those that were delivered or failed.', example: 0.25 }),
        }),
      )
      .openapi({ description: 'What became of the events of the last 24 hours: the webhooks that had some.' }),
  })
  .openapi('WebhooksStatus', { description: 'How the webhooks of an organisation are doing.' })
