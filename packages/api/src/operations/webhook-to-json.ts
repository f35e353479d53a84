import type { Names } from '../host/names.js'
import type { ManagedDelivery, ManagedWebhook, WebhookManager } from '../host/webhook-manager.js'
import { actorToJson } from '../schema/to-json.js'

type Result<M extends keyof WebhookManager> = WebhookManager[M] extends (...args: never[]) => Promise<infer R>
  ? R
  : never

const instant = (date: Date | null): string | null => date?.toISOString() ?? null

/**
 * A webhook as the API shows it.
 *
 * @param names - `null`: the product names nobody.
 */
export function webhookToJson(webhook: ManagedWebhook, names: Names | null) {
  return {
    id: webhook.id,
    key_id: webhook.keyId,
    url: webhook.url,
    types: webhook.types,
    description: webhook.description,
    status: webhook.status,
    disabled_reason: webhook.disabledReason,
    version: webhook.version,
    created_by: actorToJson(webhook.createdBy, names),
    created_at: webhook.createdAt.toISOString(),
    updated_at: webhook.updatedAt.toISOString(),
    failing_since: instant(webhook.failingSince),
    previous_secret_expires_at: instant(webhook.previousSecretExpiresAt),
  }
}

/** What came of a test event as the API shows it. */
export function testToJson(test: Result<'test'>) {
  const { eventId, outcome } = test
  if (test.outcome === 'not_sent') {
    return { event_id: eventId, outcome, reason: test.reason, status: null, error: null, text: '', latency_ms: null }
  }
  const { status, error, text, latencyMs } = test
  return { event_id: eventId, outcome, reason: null, status, error, text, latency_ms: latencyMs }
}

/** A delivery as the API shows it. */
export function deliveryToJson(delivery: ManagedDelivery) {
  return {
    webhook_id: delivery.endpointId,
    event_id: delivery.eventId,
    event_type: delivery.eventType,
    event_at: delivery.eventAt.toISOString(),
    status: delivery.status,
    reason: delivery.reason,
    attempts: delivery.attempts,
    next_at: instant(delivery.nextAt),
    log: delivery.log.map(({ at, status, error, text, latencyMs }) => ({
      at: at.toISOString(),
      status,
      error,
      text,
      latency_ms: latencyMs,
    })),
    created_at: delivery.createdAt.toISOString(),
  }
}

/** How webhooks are doing as the API shows it. */
export function webhooksStatusToJson({ waiting, held, oldest, oldestMs, endpoints }: Result<'status'>) {
  return {
    waiting,
    held,
    oldest: instant(oldest),
    oldest_ms: oldestMs,
    endpoints: endpoints.map(({ endpointId, delivered, failed, dropped, pending, failureRate }) => ({
      webhook_id: endpointId,
      delivered,
      failed,
      dropped,
      pending,
      failure_rate: failureRate,
    })),
  }
}
