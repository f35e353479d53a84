import { type Access, InvalidOptions, type ScopeOf, type Sealer } from '@keywright/core'
import { checkNames, type NamesOf, wholeNumber } from '@keywright/core/adapter'
import type { WebhookStore } from '@keywright/core/store'
import type { DefinitionsFor, KeyEvents } from './catalog/event-catalog.js'
import type { DelivererOptions } from './delivery/deliver.js'
import type { WebhookEndpoint } from './endpoints/endpoint.js'
import type { WebhooksEvent } from './worker/events.js'

/** Options of {@link webhooks}. */
export interface WebhooksOptions<A extends Access = Access, E extends DefinitionsFor<A> = DefinitionsFor<A>> {
  /** Where endpoints and events are kept, such as `kyselyWebhookStore(db)`. */
  readonly store: WebhookStore
  /** Seals the signing secrets. A key of its own is best; it must share none with the hasher. */
  readonly sealer: Sealer
  /** The types of events that the product publishes, and the scope that a key needs for each. */
  readonly events: E
  /** Sends events of the keys themselves, such as `api_key.revoked`, to keys with this scope. @defaultValue none is sent */
  readonly keyEvents?: KeyEvents<ScopeOf<A>> | undefined
  /** How many endpoints a key may have, 1 to 100. @defaultValue 5 */
  readonly maxEndpoints?: number | undefined
  /** How requests are sent: ports, timeouts, certificates; `allowLoopback` to develop. */
  readonly delivery?: DelivererOptions | undefined
  /** For how long every attempt to an endpoint fails before it is disabled, in ms, an hour to 30 days. @defaultValue 5 days */
  readonly disableAfterMs?: number | undefined
  /**
   * For how long events and their deliveries are kept, in ms, 7 to 365 days, and no shorter than the longest of
   * `keyEvents.expiryNoticeDays`. @defaultValue 30 days
   */
  readonly retentionMs?: number | undefined
  /** How many requests a process has under way at once, 1 to 1000. @defaultValue 64 */
  readonly concurrency?: number | undefined
  /** How long an idle worker waits before it looks again, in ms, 50 to 60000. @defaultValue 1000 */
  readonly pollMs?: number | undefined
  /**
   * For how long a worker holds what it has taken, unless it says that it still lives; then another worker sends it again. In ms,
   * 1000 to 600000, and longer than an attempt may take. @defaultValue 60000
   */
  readonly leaseMs?: number | undefined
  /** Told of each delivery and each fault, for metrics and logs. @defaultValue process warnings while the store fails */
  readonly onEvent?: ((event: WebhooksEvent) => unknown) | undefined
  /** Told when an endpoint was disabled, by one process, at most once: send its owner a mail. @defaultValue nobody is told */
  readonly onDisabled?: ((endpoint: WebhookEndpoint) => unknown) | undefined
}

const optionNames: NamesOf<WebhooksOptions> = {
  store: true,
  sealer: true,
  events: true,
  keyEvents: true,
  maxEndpoints: true,
  delivery: true,
  disableAfterMs: true,
  retentionMs: true,
  concurrency: true,
  pollMs: true,
  leaseMs: true,
  onEvent: true,
  onDisabled: true,
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** Numbers among the options, checked. */
export interface WebhookNumbers {
  readonly maxEndpoints: number
  readonly disableAfterMs: number
  readonly retentionMs: number
  readonly concurrency: number
  readonly pollMs: number
  readonly leaseMs: number
}

/** @throws {@link InvalidOptions}, naming the option. */
export function readNumbers(options: WebhooksOptions): WebhookNumbers {
  checkNames(options, optionNames)
  const { store, sealer, onEvent, onDisabled, delivery } = options
  if (typeof store?.claimDeliveries !== 'function')
    throw new InvalidOptions('store', 'a webhook store such as kyselyWebhookStore(db)')
  if (typeof sealer?.seal !== 'function' || typeof sealer.open !== 'function')
    throw new InvalidOptions('sealer', 'a sealer such as sealer({ current, keys })')
  if (onEvent !== undefined && typeof onEvent !== 'function') throw new InvalidOptions('onEvent', 'a function')
  if (onDisabled !== undefined && typeof onDisabled !== 'function') throw new InvalidOptions('onDisabled', 'a function')
  const { maxEndpoints = 5, disableAfterMs = 5 * dayMs, retentionMs = 30 * dayMs } = options
  const { concurrency = 64, pollMs = 1_000, leaseMs = 60_000 } = options
  const numbers = {
    maxEndpoints: wholeNumber(maxEndpoints, 'maxEndpoints', { least: 1, most: 100 }),
    disableAfterMs: wholeNumber(disableAfterMs, 'disableAfterMs', { least: hourMs, most: 30 * dayMs }),
    retentionMs: wholeNumber(retentionMs, 'retentionMs', { least: 7 * dayMs, most: 365 * dayMs }),
    concurrency: wholeNumber(concurrency, 'concurrency', { least: 1, most: 1_000 }),
    pollMs: wholeNumber(pollMs, 'pollMs', { least: 50, most: 60_000 }),
    leaseMs: wholeNumber(leaseMs, 'leaseMs', { least: 1_000, most: 600_000 }),
  }
  if ((delivery?.timeoutMs ?? 15_000) >= numbers.leaseMs)
    throw new InvalidOptions('leaseMs', 'longer than delivery.timeoutMs')
  return numbers
}

/** @throws {@link InvalidOptions} where notices could be sent twice, since the first was forgotten. */
export function checkRetention({ retentionMs }: WebhookNumbers, [longest = 0]: readonly number[]): void {
  if (longest * dayMs > retentionMs)
    throw new InvalidOptions('retentionMs', 'no shorter than the longest of keyEvents.expiryNoticeDays')
}
