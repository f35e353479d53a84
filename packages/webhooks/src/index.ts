export type { Resolve } from './address/find-address.js'
export { parseEndpointUrl, type UrlFault, type UrlRules, type UrlVerdict } from './address/parse-endpoint-url.js'
export {
  type Attempt,
  type Deliverer,
  type DelivererOptions,
  type DeliveryError,
  type DeliveryResult,
  deliverer,
} from './delivery/deliver.js'
export { maxAttempts, nextAttemptMs } from './delivery/schedule.js'
export { makeWebhookSecret } from './signature/make-webhook-secret.js'
