import type { NoticeEnd, StoredNotice } from '../notices/index.js'
import { inTimeOf } from '../outage/index.js'
import { isExpired, toKey, wrapStoreErrors } from '../store/index.js'
import type { Key, KeyRecord } from '../values/index.js'
import { noticeId } from '../webhooks/index.js'
import type { KeyNotice } from './notices-options.js'
import type { Running } from './parts.js'

/** How many the host's function is given at once. */
const atOnce = 10
/** How much longer than a call of the function a run may need to write down what became of it. */
const spareMs = 60_000
/** When a notice is given again that was not taken. */
const againMs = 60_000

/** How many notices the host's function took, and how many it did not. */
export interface Handed {
  readonly handed: number
  readonly failed: number
}

/**
 * Gives the host's function what it was not given yet, also by other runs: those may have ended. A notice is written off after the
 * function has returned, so one of a run that ends between the two comes again, under the same id.
 *
 * @throws StoreUnavailable, and what `onProgress` throws.
 */
export async function handNotices(running: Running, give: (notice: KeyNotice) => unknown): Promise<Handed> {
  const { store, kept, worker, manageTimeoutMs, tell } = running
  const dueBy = await wrapStoreErrors(store.now())
  const sum = { handed: 0, failed: 0 }
  for (;;) {
    const taken = await wrapStoreErrors(kept.take({ worker, dueBy, limit: atOnce, leaseMs: manageTimeoutMs + spareMs }))
    const given = await Promise.all(taken.map((notice) => hand(running, notice, give)))
    await wrapStoreErrors(kept.settle(worker, given.map(endOf)))
    const handed = given.filter(({ outcome }) => outcome === 'handed').length
    sum.handed += handed
    sum.failed += given.filter(({ outcome }) => outcome === 'failed').length
    if (handed > 0) tell({ step: 'handed', organizationId: null, count: handed })
    if (taken.length < atOnce) return sum
  }
}

interface Given {
  readonly notice: StoredNotice
  /** `over`: it is not so any more. */
  readonly outcome: 'handed' | 'failed' | 'over'
}

async function hand(running: Running, notice: StoredNotice, give: (notice: KeyNotice) => unknown): Promise<Given> {
  const { store, emit, manageTimeoutMs } = running
  const { keyId, kind, days, at } = notice
  const found = await wrapStoreErrors(store.find(keyId, { lastUse: true }))
  if (found === null || !isStillSo(found.record, notice, found.now)) return { notice, outcome: 'over' }
  const key: Key = toKey(found.record, found.now)
  const id = noticeId(notice)
  try {
    const told: KeyNotice = Object.freeze({ id, type: `api_key.${kind}` as const, key, days, at: new Date(at) })
    await inTimeOf(manageTimeoutMs)('notices.onNotice', async () => give(told))
    return { notice, outcome: 'handed' }
  } catch (error) {
    emit({ type: 'api_key.notice_failed', keyId, notice: id, error })
    return { notice, outcome: 'failed' }
  }
}

function isStillSo(record: KeyRecord, { kind, about }: StoredNotice, now: Date): boolean {
  if (record.status !== 'active' || isExpired(record, now)) return false
  const is = kind === 'expiring' ? record.expiresAt : record.lastUsedAt
  return is?.getTime() === about?.getTime()
}

function endOf({ notice: { keyId, kind }, outcome }: Given): NoticeEnd {
  return { keyId, kind, nextInMs: outcome === 'failed' ? againMs : null }
}
