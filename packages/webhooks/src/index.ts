export type { Resolve } from './address/find-address.js'
export { parseEndpointUrl, type UrlFault, type UrlRules, type UrlVerdict } from './address/parse-endpoint-url.js'
export type { EventDefinition, EventDefinitions, KeyEvents } from './catalog/event-catalog.js'
export type { EventInput } from './catalog/event-input.js'
export {
  type Attempt,
  type Deliverer,
  type DelivererOptions,
  type DeliveryError,
  type DeliveryResult,
  deliverer,
} from './delivery/deliver.js'
export { maxAttempts, nextAttemptMs } from './delivery/schedule.js'
export type { EndpointWithSecret, WebhookEndpoint } from './endpoints/endpoint.js'
export { WebhookBusy, WebhookDisabled, WebhookLimitReached, WebhookNotFound } from './endpoints/endpoint-errors.js'
export type { CreateEndpointInput, UpdateEndpointInput } from './endpoints/endpoint-input.js'
export type { EndpointListQuery, EndpointPage } from './endpoints/manage-endpoints.js'
export type { Delivery, DeliveryListQuery, DeliveryPage, ReplayInput } from './log/deliveries.js'
export type { WebhooksStatus } from './log/status.js'
export { memoryWebhookStore } from './memory/memory-webhook-store.js'
export type { WebhooksOptions } from './options.js'
export { makeWebhookSecret } from './signature/make-webhook-secret.js'
export { type Webhooks, type WebhooksInTransaction, webhooks } from './webhooks.js'
export type { WebhooksEvent } from './worker/events.js'
export type { TestResult } from './worker/test-endpoint.js'
