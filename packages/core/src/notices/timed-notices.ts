import type { StoreNotices } from './store-notices.js'

/**
 * Gives each call a deadline.
 *
 * @param read - For a call that does no harm where it is made again: a notice that was told is not told again, and one that was taken
 * is given out when its lease is over.
 */
export function timedNotices(of: StoreNotices, read: <T>(work: () => Promise<T>) => Promise<T>): StoreNotices {
  return {
    organizations: (page) => read(() => of.organizations(page)),
    due: (query) => read(() => of.due(query)),
    tell: (request) => read(() => of.tell(request)),
    take: (claim) => read(() => of.take(claim)),
    settle: (worker, ends) => read(() => of.settle(worker, ends)),
  }
}
