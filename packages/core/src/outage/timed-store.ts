import type { StoreBudgets } from '../budgets/index.js'
import { isKeyError, OutcomeUnknown, StoreUnavailable } from '../errors/index.js'
import { timedNotices } from '../notices/index.js'
import type { KeyStore, StoreRetention } from '../store/index.js'
import { DeadlineExceeded, type MaybePromise, withDeadline } from '../values/index.js'

/** Hears how the calls of a store end. */
export interface StoreWatch {
  failed(error: unknown): void
  worked(): void
}

/**
 * Gives each call of a store a deadline. What is late throws `StoreUnavailable`: nothing was changed, and nothing will be, for a
 * decision that is asked for too late is refused. Where the write may have been sent before, it throws `OutcomeUnknown`.
 *
 * @param ms - Milliseconds, for one call.
 * @param watch - Told of what fails, and that it works again.
 */
export function timedStore(store: KeyStore, ms: number, watch: StoreWatch | null = null): KeyStore {
  const inTime = async <T>(work: () => MaybePromise<T>, mayBeSent: () => boolean): Promise<T> => {
    const lateness = new DeadlineExceeded(ms)
    try {
      const answer = await withDeadline(work, ms, { lateness })
      watch?.worked()
      return answer
    } catch (cause) {
      const late = () => (mayBeSent() ? new OutcomeUnknown({ cause }) : new StoreUnavailable({ cause }))
      const error = cause === lateness ? late() : cause
      if (isOutage(error)) watch?.failed(error)
      throw error
    }
  }
  const read = <T>(work: () => MaybePromise<T>): Promise<T> => inTime(work, () => false)
  const write = <T>(work: () => Promise<T>): Promise<T> => inTime(work, () => true)
  return {
    find: (id, wanted) => read(() => store.find(id, wanted)),
    findByLookupDigest: (digests) => read(() => store.findByLookupDigest(digests)),
    now: () => read(() => store.now()),
    insert: (request) => {
      const terms = lastMoment((context: Parameters<typeof request.decide>[0]) => request.decide(context))
      return inTime(() => store.insert({ ...request, decide: terms.decide }), terms.mayBeSent)
    },
    change: (id, request) => {
      const terms = lastMoment((...seen: Parameters<typeof request.decide>) => request.decide(...seen))
      return inTime(() => store.change(id, { ...request, decide: terms.decide }), terms.mayBeSent)
    },
    replaceHash: (id, from, to) => write(() => store.replaceHash(id, from, to)),
    list: (query) => read(() => store.list(query)),
    count: (filter, most) => read(() => store.count(filter, most)),
    listAudit: (query) => read(() => store.listAudit(query)),
    appendAudit: (organizationId, drafts, auditKey) => write(() => store.appendAudit(organizationId, drafts, auditKey)),
    auditHead: (organizationId) => read(() => store.auditHead(organizationId)),
    recordUsage: (...batch) => write(() => store.recordUsage(...batch)),
    listUsage: (query) => read(() => store.listUsage(query)),
    listKeyUsage: (query) => read(() => store.listKeyUsage(query)),
    listRefusals: (query) => read(() => store.listRefusals(query)),
    topKeys: (query) => read(() => store.topKeys(query)),
    stats: (request) => read(() => store.stats(request)),
    // Said to have changed nothing, also where it may have: the same call again does no harm.
    checkValue: (name, value) => read(() => store.checkValue(name, value)),
    inspect: (known) => read(() => store.inspect(known)),
    get retention() {
      return store.retention && timedRetention(store.retention, read, write)
    },
    get rotations() {
      const of = store.rotations
      return of && { find: (id: string) => read(() => of.find(id)), due: (limit: number) => read(() => of.due(limit)) }
    },
    get notices() {
      return store.notices && timedNotices(store.notices, read)
    },
    get budgets() {
      return store.budgets && timedBudgets(store.budgets, inTime)
    },
  }
}

/** What it removes twice does no harm. So only the move of a log's beginning has an outcome that somebody may have to know. */
function timedRetention(
  of: StoreRetention,
  read: <T>(work: () => Promise<T>) => Promise<T>,
  write: <T>(work: () => Promise<T>) => Promise<T>,
): StoreRetention {
  return {
    organizations: (page) => read(() => of.organizations(page)),
    auditStart: (organizationId) => read(() => of.auditStart(organizationId)),
    moveAuditStart: (request) => write(() => of.moveAuditStart(request)),
    sweepAudit: (request) => read(() => of.sweepAudit(request)),
    addUpDays: (request) => read(() => of.addUpDays(request)),
    removeTombstones: (request) => read(() => of.removeTombstones(request)),
    forgetIds: (limit) => read(() => of.forgetIds(limit)),
    countOld: (request) => read(() => of.countOld(request)),
  }
}

function timedBudgets(
  of: StoreBudgets,
  inTime: <T>(work: () => MaybePromise<T>, mayBeSent: () => boolean) => Promise<T>,
): StoreBudgets {
  return {
    read: (accounts) =>
      inTime(
        () => of.read(accounts),
        () => false,
      ),
    change: (request) => {
      const terms = lastMoment((read: Parameters<typeof request.decide>[0]) => request.decide(read))
      return inTime(() => of.change({ ...request, decide: terms.decide }), terms.mayBeSent)
    },
  }
}

/** Whether it is the store that failed, and not a verb that refused. */
function isOutage(error: unknown): boolean {
  return !isKeyError(error) || error.code === 'store_unavailable' || error.code === 'outcome_unknown'
}

/** Watches a decision: when the call is given up, has there been one to write? If not, there will be none. */
function lastMoment<A extends readonly unknown[], W>(
  decide: (...seen: A) => W,
): { readonly decide: (...seen: A) => W; readonly mayBeSent: () => boolean } {
  let isSent = false
  let isOver = false
  return {
    decide: (...seen) => {
      // Asked once more, the store has given up what it did before.
      isSent = false
      if (isOver) throw new StoreUnavailable()
      const decision = decide(...seen)
      isSent = decision !== null
      return decision
    },
    mayBeSent: () => {
      isOver = true
      return isSent
    },
  }
}
