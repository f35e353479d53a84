import { randomUUID } from 'node:crypto'
import { type Access, InvalidInput, InvalidOptions, type Keyring, type ManageOptions } from '@keywright/core'
import { adapterOf, isolated, wrapStoreErrors } from '@keywright/core/adapter'
import { type DefinitionsFor, type EventDefinition, eventCatalog } from './catalog/event-catalog.js'
import { type EventInput, parseEvent } from './catalog/event-input.js'
import { deliverer } from './delivery/deliver.js'
import type { EndpointWithSecret, WebhookEndpoint } from './endpoints/endpoint.js'
import type { CreateEndpointInput, UpdateEndpointInput } from './endpoints/endpoint-input.js'
import {
  createEndpoint,
  deleteEndpoint,
  type EndpointListQuery,
  type EndpointPage,
  getEndpoint,
  listEndpoints,
  pauseEndpoint,
  resumeEndpoint,
  rotateEndpointSecret,
  updateEndpoint,
} from './endpoints/manage-endpoints.js'
import { timedSealer } from './endpoints/timed-sealer.js'
import { timedWebhookStore } from './endpoints/timed-store.js'
import {
  type Delivery,
  type DeliveryListQuery,
  type DeliveryPage,
  getDelivery,
  listDeliveries,
  type ReplayInput,
  replayEvents,
} from './log/deliveries.js'
import { loadStatus, type WebhooksStatus } from './log/status.js'
import { checkRetention, readNumbers, type WebhookNumbers, type WebhooksOptions } from './options.js'
import { housekeeping } from './worker/housekeeping.js'
import type { WorkerParts } from './worker/parts.js'
import { storeWarnings } from './worker/store-warnings.js'
import { type TestResult, testEndpoint } from './worker/test-endpoint.js'
import { type Worker, worker } from './worker/worker.js'

type Within = Pick<ManageOptions, 'within'>

/** The outbox, within a transaction of the host's; see {@link Webhooks.inTransaction}. */
export interface WebhooksInTransaction<T extends string = string> {
  /** As {@link Webhooks.publish}; the event is there when the transaction is committed, or not at all. */
  publish(event: EventInput<T>): Promise<{ readonly eventId: string }>
}

/**
 * Webhooks of a product's keys. An endpoint belongs to a key, and hears of what the key may read at the moment when an event is
 * sent: of nothing any more when the key is disabled or has ended, or its owner lost the right.
 *
 * The methods that manage endpoints take the same options as those of a keyring. Whoever creates, changes, resumes or tests an
 * endpoint, or gives it a new secret, must have what its key has, as for a rotation.
 */
export interface Webhooks<T extends string = string> {
  /** The types of events that endpoints can ask for. */
  readonly eventTypes: ReadonlyMap<string, EventDefinition>

  /**
   * Attaches an endpoint to a key. Its secret is shown only now.
   *
   * @throws {@link InvalidInput}, naming the field; {@link KeyNotFound}; {@link InvalidState} for a key that has ended;
   * {@link WebhookLimitReached}; {@link ScopeExceedsActor}; {@link StoreUnavailable}, {@link OutcomeUnknown}.
   *
   * @example
   * ```ts
   * const { endpoint, secret } = await hooks.create({ keyId: key.id, url: 'https://example.com/hook' })
   * showOnce(secret.reveal())
   * ```
   */
  create(input: CreateEndpointInput, options?: ManageOptions): Promise<EndpointWithSecret>
  /** @throws {@link WebhookNotFound}, {@link StoreUnavailable} */
  get(id: string, options?: Within): Promise<WebhookEndpoint>
  /** A page of a key's endpoints, newest first. @throws {@link KeyNotFound}, {@link InvalidInput}, {@link StoreUnavailable} */
  list(query: EndpointListQuery, options?: Within): Promise<EndpointPage>
  /** @throws {@link InvalidInput}, {@link WebhookNotFound}, {@link ScopeExceedsActor}, {@link StoreUnavailable} */
  update(id: string, input: UpdateEndpointInput, options?: ManageOptions): Promise<WebhookEndpoint>
  /** Sends nothing until `resume`. What waits is held; what happens meanwhile can be sent by `replay`. @throws {@link WebhookNotFound} */
  pause(id: string, options?: ManageOptions): Promise<WebhookEndpoint>
  /** Sends again, also after the endpoint was disabled, and what was held. @throws {@link WebhookNotFound}, {@link ScopeExceedsActor} */
  resume(id: string, options?: ManageOptions): Promise<WebhookEndpoint>
  /**
   * Makes a new secret, shown only now. Both sign for `graceMs`, at most seven days.
   *
   * @throws {@link WebhookNotFound}, {@link InvalidInput}, {@link ScopeExceedsActor}
   *
   * @example
   * ```ts
   * const { secret } = await hooks.rotateSecret(endpoint.id, { graceMs: 3_600_000 })
   * ```
   */
  rotateSecret(
    id: string,
    /** `graceMs`: @defaultValue a day */
    input?: { readonly graceMs?: number | undefined },
    options?: ManageOptions,
  ): Promise<EndpointWithSecret>
  /** Deletes an endpoint, and its deliveries. @throws {@link WebhookNotFound} */
  delete(id: string, options?: ManageOptions): Promise<void>
  /**
   * Sends an event of type `webhook.test`, once, and says what came of it. It goes the way of every other event.
   *
   * @throws {@link WebhookNotFound}, {@link WebhookDisabled}, {@link ScopeExceedsActor}; {@link WebhookBusy} while one is under way.
   */
  test(id: string, options?: ManageOptions): Promise<TestResult>

  /** A page of deliveries, newest first. @throws {@link WebhookNotFound}, {@link InvalidInput} */
  deliveries(query: DeliveryListQuery, options?: Within): Promise<DeliveryPage>
  /** One delivery; `null`: there is none. @throws {@link WebhookNotFound} */
  delivery(endpointId: string, eventId: string, options?: Within): Promise<Delivery | null>
  /**
   * Sends events again: one, or those of a time that were not delivered. Rights are looked at when they are sent.
   *
   * @throws {@link WebhookNotFound}, {@link WebhookDisabled}, {@link InvalidInput}, {@link ScopeExceedsActor}
   *
   * @example
   * ```ts
   * const { queued } = await hooks.replay(endpoint.id, { from: outageBegan, to: outageEnded })
   * ```
   */
  replay(endpointId: string, input: ReplayInput, options?: ManageOptions): Promise<{ readonly queued: number }>
  /** How much waits, and how it goes: of an organization, or of all. @throws {@link StoreUnavailable} */
  status(query?: { readonly organizationId?: string }): Promise<WebhooksStatus>

  /**
   * Publishes what happened. Each endpoint whose key may read its resource is sent it, at least once, in any order.
   *
   * @throws {@link InvalidInput}, naming the field; {@link StoreUnavailable}, {@link OutcomeUnknown}
   *
   * @example
   * ```ts
   * const resource = { type: 'board', id: board.id }
   * await hooks.publish({ type: 'board.updated', organizationId: 'acme', resource, data: { id: board.id } })
   * ```
   */
  publish(event: EventInput<T>): Promise<{ readonly eventId: string }>
  /**
   * Publishes within a transaction of yours, so that an event is there if and only if the change is that it tells of.
   *
   * @throws {@link InvalidInput} for what is no transaction of the store's database; {@link InvalidOptions} when the store has none.
   *
   * @example
   * ```ts
   * await db.transaction().execute(async (trx) => {
   *   await trx.updateTable('boards').set({ name }).where('id', '=', id).execute()
   *   await hooks.inTransaction(trx).publish({ type: 'board.updated', organizationId: 'acme', resource: { type: 'board', id } })
   * })
   * ```
   */
  inTransaction(transaction: object): WebhooksInTransaction<T>

  /**
   * Starts to send, until {@link Webhooks.close}. Any number of processes may. The process lives on meanwhile.
   *
   * @example
   * ```ts
   * hooks.start()
   * process.once('SIGTERM', () => hooks.close())
   * ```
   */
  start(): void
  /** Sends what is due now, and does what else is done once an hour: for a job that a timer starts. Returns how many attempts it made. */
  run(): Promise<number>
  /** Starts nothing new, waits for what is on its way, at most 20 s, and stops. Another worker sends again what was cut off. */
  close(): Promise<void>
}

const closeMs = 20_000

/**
 * Makes the webhooks of a keyring.
 *
 * @throws {@link InvalidOptions}, naming the option.
 *
 * @example
 * ```ts
 * const hooks = webhooks(keyring, {
 *   store: kyselyWebhookStore(db),
 *   sealer: sealer({ current: 'w1', keys: { w1: process.env.WEBHOOK_SEAL } }),
 *   events: { 'board.updated': { description: 'A board was changed', scope: 'boards.read' } },
 * })
 * hooks.start()
 * await hooks.publish({ type: 'board.updated', organizationId: 'acme', resource: { type: 'board', id: 'b1' } })
 * ```
 */
export function webhooks<A extends Access, const E extends DefinitionsFor<A>>(
  keyring: Keyring<A>,
  options: WebhooksOptions<A, E>,
): Webhooks<keyof E & string> {
  const parts = makeParts(keyring, options as unknown as WebhooksOptions) // the names of scopes are checked at run time
  const sending = worker(parts, parts)
  const keeping = housekeeping(parts, keyring, parts)
  let closed: Promise<void> | null = null
  return Object.freeze({
    eventTypes: parts.catalog.types,
    ...managementOf(parts, sending),
    ...publishing(parts, sending),
    start: () => {
      sending.start()
      keeping.start()
    },
    run: async () => {
      const attempts = await sending.drain()
      await keeping.run()
      return attempts + (await sending.drain())
    },
    close: () => {
      keeping.stop()
      closed ??= sending.close(closeMs).then(() => parts.sender.close())
      return closed
    },
  } satisfies Webhooks)
}

function makeParts(keyring: Keyring, options: WebhooksOptions): WorkerParts & WebhookNumbers {
  const door = adapterOf(keyring)
  const numbers = readNumbers(options)
  const { sealer, delivery = {}, events, keyEvents, onEvent, onDisabled } = options
  if (door.sharesKeyWith(sealer)) throw new InvalidOptions('sealer', 'keys that are not peppers of the hasher')
  const { access } = keyring
  const catalog = eventCatalog(access, events, keyEvents)
  checkRetention(numbers, catalog.expiryNoticeDays)
  const { ports, allowLoopback } = delivery
  return Object.freeze({
    ...{ access, door, catalog, ...numbers },
    sealer: timedSealer(sealer, door.manageTimeoutMs),
    sender: deliverer(delivery),
    store: timedWebhookStore(options.store, door.manageTimeoutMs),
    rules: { ports, allowLoopback, catalog },
    worker: randomUUID(),
    emit: isolated(onEvent ?? storeWarnings()),
    disabled: isolated(onDisabled),
  })
}

type Management = Omit<Webhooks, 'eventTypes' | 'publish' | 'inTransaction' | 'start' | 'run' | 'close'>

function managementOf(parts: WorkerParts, sending: Worker): Management {
  return {
    create: async (input, manage = {}) => createEndpoint(parts, input, manage),
    get: async (id, within = {}) => getEndpoint(parts, id, within),
    list: async (query, within = {}) => listEndpoints(parts, query, within),
    update: async (id, input, manage = {}) => updateEndpoint(parts, id, input, manage),
    pause: async (id, manage = {}) => pauseEndpoint(parts, id, manage),
    resume: async (id, manage = {}) => resumeEndpoint(parts, id, manage),
    rotateSecret: async (id, input = {}, manage = {}) => rotateEndpointSecret(parts, id, input, manage),
    delete: async (id, manage = {}) => deleteEndpoint(parts, id, manage),
    test: async (id, manage = {}) => testEndpoint(parts, sending, id, manage),
    deliveries: async (query, within = {}) => listDeliveries(parts, query, within),
    delivery: async (endpointId, eventId, within = {}) => getDelivery(parts, endpointId, eventId, within),
    replay: async (endpointId, input, manage = {}) => {
      const replayed = await replayEvents(parts, endpointId, input, manage)
      sending.wake()
      return replayed
    },
    status: async (query = {}) => loadStatus(parts, query),
  }
}

function publishing(parts: WorkerParts, sending: Worker): Pick<Webhooks, 'publish' | 'inTransaction'> {
  const { access, catalog, store } = parts
  return {
    publish: async (input) => {
      const event = parseEvent(access, catalog, input)
      await wrapStoreErrors(store.publish([event]))
      sending.wake()
      return { eventId: event.id }
    },
    inTransaction: (transaction) => {
      const inside = storeInTransaction(store, transaction)
      return {
        publish: async (input) => {
          const event = parseEvent(access, catalog, input)
          await inside.publish([event])
          return { eventId: event.id }
        },
      }
    },
  }
}

function storeInTransaction({ inTransaction }: WorkerParts['store'], transaction: object) {
  if (typeof transaction !== 'object' || transaction === null)
    throw new InvalidInput('transaction', "a transaction of the store's database")
  if (inTransaction !== undefined) return inTransaction(transaction)
  const message = 'Option store must be one with transactions, such as kyselyWebhookStore(db): this one has none.'
  throw new InvalidOptions('store', 'a webhook store with inTransaction', message)
}
