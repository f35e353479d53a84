import type { ManagedWebhook } from '../host/webhook-manager.js'
import { nextLink } from '../http/next-link.js'
import { baseHeaders, jsonContent, jsonResponse } from '../http/response.js'
import { link, webhookLocation } from '../http/shown-headers.js'
import { idsOfWebhooks } from '../request/load-names.js'
import { manageOptions, type RequestContext } from '../request/request-context.js'
import { EmptyBody, IdParam } from '../schema/requests.js'
import {
  CreateWebhookBody,
  RotateSecretBody,
  UpdateWebhookBody,
  Webhook,
  WebhookPage,
  WebhookParams,
  WebhookQuery,
  WebhookWithSecret,
} from '../schema/webhooks.js'
import { defineOperation, type Operation } from './operation.js'
import { reachWebhook, requireWebhooks } from './reach-webhook.js'
import { webhookToJson } from './webhook-to-json.js'

/** The operations that read, create and change the webhooks of a key. */
export const webhookOperations: readonly Operation[] = [
  defineOperation({
    id: 'listWebhooks',
    method: 'get',
    path: '/{id}/webhooks',
    summary: 'List the webhooks of a key, newest first',
    description: 'A key that the caller may not reach is answered as one that does not exist.',
    tag: 'webhooks',
    params: IdParam,
    query: WebhookQuery,
    responses: { 200: jsonContent(WebhookPage, 'A page of webhooks.', { Link: link }) },
    handle: async (context) => {
      const hooks = requireWebhooks(context, 'webhooksRead')
      const { params, query, within, request, loadNames } = context
      const { endpoints, nextCursor } = await hooks.list({ keyId: params.id, ...query }, { within })
      const names = await loadNames(idsOfWebhooks(endpoints))
      const data = endpoints.map((webhook) => webhookToJson(webhook, names))
      return jsonResponse({ data, next_cursor: nextCursor }, 200, nextLink(request, nextCursor))
    },
  }),

  defineOperation({
    id: 'createWebhook',
    method: 'post',
    path: '/{id}/webhooks',
    summary: 'Attach a webhook to a key; only this response shows its secret',
    description:
      'It is sent what the key may hear of when an event is sent, so the caller needs all that the key has, as to rotate it.',
    tag: 'webhooks',
    params: IdParam,
    body: CreateWebhookBody,
    responses: {
      201: jsonContent(WebhookWithSecret, 'The new webhook, with its secret.', { Location: webhookLocation }),
    },
    handle: async (context) => {
      const hooks = requireWebhooks(context, 'webhooksManage')
      const { params, body, request } = context
      const { endpoint, secret } = await hooks.create({ keyId: params.id, ...body }, manageOptions(context))
      const response = await webhookResponse(context, endpoint, 201, { secret: secret.reveal() })
      // Without the origin: behind a proxy, this process does not know it.
      response.headers.set('Location', `${new URL(request.url).pathname}/${endpoint.id}`)
      return response
    },
  }),

  defineOperation({
    id: 'getWebhook',
    method: 'get',
    path: '/{id}/webhooks/{webhook_id}',
    summary: 'Read one webhook',
    description: 'A webhook of another key is answered as one that does not exist.',
    tag: 'webhooks',
    params: WebhookParams,
    responses: { 200: jsonContent(Webhook, 'The webhook.') },
    handle: async (context) => webhookResponse(context, (await reachWebhook(context, 'webhooksRead')).webhook),
  }),

  defineOperation({
    id: 'updateWebhook',
    method: 'patch',
    path: '/{id}/webhooks/{webhook_id}',
    summary: 'Change the settings of a webhook; fields that are left out stay as they are',
    description: 'What waits to be sent goes to the new URL. Like a creation, it needs all that the key has.',
    tag: 'webhooks',
    params: WebhookParams,
    body: UpdateWebhookBody,
    responses: { 200: jsonContent(Webhook, 'The webhook after the change.') },
    handle: async (context) => {
      const { hooks, webhook } = await reachWebhook(context, 'webhooksManage')
      return webhookResponse(context, await hooks.update(webhook.id, context.body, manageOptions(context)))
    },
  }),

  defineOperation({
    id: 'pauseWebhook',
    method: 'post',
    path: '/{id}/webhooks/{webhook_id}/pause',
    summary: 'Send nothing until the webhook is resumed',
    description: 'What waits is held. Events that happen meanwhile are not queued, but can be sent by a replay.',
    tag: 'webhooks',
    params: WebhookParams,
    body: EmptyBody,
    responses: { 200: jsonContent(Webhook, 'The webhook after the change.') },
    handle: async (context) => {
      const { hooks, webhook } = await reachWebhook(context, 'webhooksManage')
      return webhookResponse(context, await hooks.pause(webhook.id, manageOptions(context)))
    },
  }),

  defineOperation({
    id: 'resumeWebhook',
    method: 'post',
    path: '/{id}/webhooks/{webhook_id}/resume',
    summary: 'Send again, also what was held',
    description: 'Also after the product disabled the webhook. Like a creation, it needs all that the key has.',
    tag: 'webhooks',
    params: WebhookParams,
    body: EmptyBody,
    responses: { 200: jsonContent(Webhook, 'The webhook after the change.') },
    handle: async (context) => {
      const { hooks, webhook } = await reachWebhook(context, 'webhooksManage')
      return webhookResponse(context, await hooks.resume(webhook.id, manageOptions(context)))
    },
  }),

  defineOperation({
    id: 'rotateWebhookSecret',
    method: 'post',
    path: '/{id}/webhooks/{webhook_id}/rotate-secret',
    summary: 'Give a webhook a new secret; only this response shows it',
    description:
      'For `grace_ms`, both secrets sign, so that the receiver can take the new one at leisure. Like a creation, it needs all that the key has.',
    tag: 'webhooks',
    params: WebhookParams,
    body: RotateSecretBody,
    responses: { 200: jsonContent(WebhookWithSecret, 'The webhook, with its new secret.') },
    handle: async (context) => {
      const { hooks, webhook } = await reachWebhook(context, 'webhooksManage')
      const input = { graceMs: context.body.grace_ms }
      const { endpoint, secret } = await hooks.rotateSecret(webhook.id, input, manageOptions(context))
      return webhookResponse(context, endpoint, 200, { secret: secret.reveal() })
    },
  }),

  defineOperation({
    id: 'deleteWebhook',
    method: 'delete',
    path: '/{id}/webhooks/{webhook_id}',
    summary: 'Delete a webhook, and what is known of its deliveries',
    description: 'What waits is not sent. The records of its changes stay in the log.',
    tag: 'webhooks',
    params: WebhookParams,
    responses: { 204: { description: 'The webhook was deleted.' } },
    handle: async (context) => {
      const { hooks, webhook } = await reachWebhook(context, 'webhooksManage')
      await hooks.delete(webhook.id, manageOptions(context))
      return new Response(null, { status: 204, headers: baseHeaders })
    },
  }),
]

async function webhookResponse(
  { loadNames }: Pick<RequestContext, 'loadNames'>,
  webhook: ManagedWebhook,
  status: 200 | 201 = 200,
  more: { readonly secret?: string } = {},
): Promise<Response> {
  const names = await loadNames(idsOfWebhooks([webhook]))
  return jsonResponse({ ...webhookToJson(webhook, names), ...more }, status)
}
