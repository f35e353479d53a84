import { OutcomeUnknown, StoreUnavailable } from '@keywright/core'
import { DeadlineExceeded, withDeadline } from '@keywright/core/adapter'
import type { WebhookStore } from '@keywright/core/store'

/** Gives each call of a store a deadline, in ms. What is late may have been done, if it is a write. */
export function timedWebhookStore(store: WebhookStore, ms: number): WebhookStore {
  const inTime = async <T>(work: () => Promise<T>, late: new (options: ErrorOptions) => Error): Promise<T> => {
    const lateness = new DeadlineExceeded(ms)
    try {
      return await withDeadline(work, ms, { lateness })
    } catch (cause) {
      throw cause === lateness ? new late({ cause }) : cause
    }
  }
  const read = <T>(work: () => Promise<T>): Promise<T> => inTime(work, StoreUnavailable)
  const write = <T>(work: () => Promise<T>): Promise<T> => inTime(work, OutcomeUnknown)
  const { inTransaction } = store
  return {
    insertEndpoint: (request) => write(() => store.insertEndpoint(request)),
    changeEndpoint: (...change) => write(() => store.changeEndpoint(...change)),
    findEndpoint: (id) => read(() => store.findEndpoint(id)),
    listEndpoints: (query) => read(() => store.listEndpoints(query)),
    listOrganizations: (query) => read(() => store.listOrganizations(query)),
    publish: (events) => write(() => store.publish(events)),
    claimEvents: (request) => write(() => store.claimEvents(request)),
    queue: (...routes) => write(() => store.queue(...routes)),
    claimDeliveries: (request) => write(() => store.claimDeliveries(request)),
    claimNew: (...request) => write(() => store.claimNew(...request)),
    renew: (...claims) => write(() => store.renew(...claims)),
    settle: (...outcomes) => write(() => store.settle(...outcomes)),
    postpone: (...endpoints) => write(() => store.postpone(...endpoints)),
    listDeliveries: (query) => read(() => store.listDeliveries(query)),
    findDelivery: (id) => read(() => store.findDelivery(id)),
    replay: (request) => write(() => store.replay(request)),
    status: (query) => read(() => store.status(query)),
    prune: (query) => write(() => store.prune(query)),
    // Without a deadline: what was given up half-way could follow the host's commit.
    ...(inTransaction === undefined ? {} : { inTransaction: (transaction) => inTransaction.call(store, transaction) }),
  }
}
