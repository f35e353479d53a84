import type { z } from '@hono/zod-openapi'
import { nextLink } from '../http/next-link.js'
import { ApiProblem } from '../http/problem.js'
import { jsonContent, jsonResponse } from '../http/response.js'
import { link } from '../http/shown-headers.js'
import { manageOptions } from '../request/request-context.js'
import { EmptyBody } from '../schema/requests.js'
import {
  DeliveryParams,
  DeliveryQuery,
  ReplayBody,
  WebhookDelivery,
  WebhookDeliveryPage,
  WebhookEvents,
  WebhookParams,
  WebhookReplay,
  WebhooksStatus,
  WebhookTest,
} from '../schema/webhooks.js'
import { defineOperation, type Operation } from './operation.js'
import { reachWebhook, requireWebhooks } from './reach-webhook.js'
import { deliveryToJson, testToJson, webhooksStatusToJson } from './webhook-to-json.js'

/** The operations that say what webhooks can be sent and what they were sent, and that send it. */
export const webhookLogOperations: readonly Operation[] = [
  defineOperation({
    id: 'listWebhookEvents',
    method: 'get',
    path: '/webhooks/events',
    summary: 'List the types of events that webhooks can be sent',
    description: 'A webhook is sent an event if its key has the scope of its type, on the resource that it is about.',
    tag: 'webhooks',
    refuses: [404],
    responses: { 200: jsonContent(WebhookEvents, 'The types.') },
    handle: async (context) => {
      const { eventTypes } = requireWebhooks(context, 'webhooksRead')
      const data = [...eventTypes].map(([type, { description, scope }]) => ({ type, description, scope }))
      return jsonResponse({ data })
    },
  }),

  defineOperation({
    id: 'getWebhooksStatus',
    method: 'get',
    path: '/webhooks/status',
    summary: 'How much waits, and how webhooks are doing',
    description: 'Of all keys of the organisation, which needs the permission to manage all keys.',
    tag: 'webhooks',
    refuses: [404],
    responses: { 200: jsonContent(WebhooksStatus, 'How they are doing.') },
    handle: async (context) => {
      const { permit, organizationId } = context
      permit.require('manageAll')
      const hooks = requireWebhooks(context, 'webhooksRead')
      return jsonResponse(webhooksStatusToJson(await hooks.status({ organizationId })))
    },
  }),

  defineOperation({
    id: 'testWebhook',
    method: 'post',
    path: '/{id}/webhooks/{webhook_id}/test',
    summary: 'Send an event of type `webhook.test`, once, and say what came of it',
    description: 'It is signed and sent as every other event is. The answer takes as long as that of the receiver.',
    tag: 'webhooks',
    params: WebhookParams,
    body: EmptyBody,
    responses: { 200: jsonContent(WebhookTest, 'What came of it.') },
    handle: async (context) => {
      const { hooks, webhook } = await reachWebhook(context, 'webhooksManage')
      return jsonResponse(testToJson(await hooks.test(webhook.id, manageOptions(context))))
    },
  }),

  defineOperation({
    id: 'listWebhookDeliveries',
    method: 'get',
    path: '/{id}/webhooks/{webhook_id}/deliveries',
    summary: 'List what was sent to a webhook, or waits to be sent, newest first',
    description: 'Each with its last attempts. The product keeps deliveries for some time.',
    tag: 'webhooks',
    params: WebhookParams,
    query: DeliveryQuery,
    lists: ['status'],
    responses: { 200: jsonContent(WebhookDeliveryPage, 'A page of deliveries.', { Link: link }) },
    handle: async (context) => {
      const { hooks, webhook } = await reachWebhook(context, 'webhooksRead')
      const { query, within, request } = context
      const { deliveries, nextCursor } = await hooks.deliveries({ endpointId: webhook.id, ...query }, { within })
      const body = { data: deliveries.map(deliveryToJson), next_cursor: nextCursor }
      return jsonResponse(body, 200, nextLink(request, nextCursor))
    },
  }),

  defineOperation({
    id: 'getWebhookDelivery',
    method: 'get',
    path: '/{id}/webhooks/{webhook_id}/deliveries/{event_id}',
    summary: 'Read what became of one event',
    description: 'An event that was not for this webhook is answered as one that never was.',
    tag: 'webhooks',
    params: DeliveryParams,
    responses: { 200: jsonContent(WebhookDelivery, 'The delivery.') },
    handle: async (context) => {
      const { hooks, webhook } = await reachWebhook(context, 'webhooksRead')
      const { params, within } = context
      const delivery = await hooks.delivery(webhook.id, params.event_id, { within })
      if (delivery === null) throw new ApiProblem(404, 'not_found', 'This webhook has no delivery of this event.')
      return jsonResponse(deliveryToJson(delivery))
    },
  }),

  defineOperation({
    id: 'replayWebhook',
    method: 'post',
    path: '/{id}/webhooks/{webhook_id}/replay',
    summary: 'Send one event again, or those of a time that were not delivered',
    description:
      'Of a time, at most 10,000, also those that happened while the webhook was paused. What the key may not hear of when it is sent is dropped.',
    tag: 'webhooks',
    params: WebhookParams,
    body: ReplayBody,
    responses: { 202: jsonContent(WebhookReplay, 'How many were queued.') },
    handle: async (context) => {
      const { hooks, webhook } = await reachWebhook(context, 'webhooksManage')
      const { queued } = await hooks.replay(webhook.id, replayOf(context.body), manageOptions(context))
      return jsonResponse({ queued }, 202)
    },
  }),
]

/** What to send again. The schema lets one of the two through, and the webhooks say where it is neither. */
function replayOf({ event_id: eventId, from, to }: z.output<typeof ReplayBody>) {
  return eventId === undefined ? { from: new Date(from ?? ''), to: new Date(to ?? '') } : { eventId }
}
