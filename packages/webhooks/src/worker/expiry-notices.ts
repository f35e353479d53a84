import type { Key, Keyring } from '@keywright/core'
import { type NewEvent, noticeEvent, organizationOf } from '@keywright/core/store'
import type { WorkerParts } from './parts.js'

const dayMs = 86_400_000
const organizationsAtOnce = 100

/** Options of {@link publishExpiryNotices}. */
export interface NoticeOptions {
  readonly now: Date
  /** Told of each organization that failed: its notices come the next time. */
  readonly failed: (error: unknown) => void
  readonly isStopped: () => boolean
}

/**
 * Publishes `api_key.expiring` for keys that expire within the days of the catalog, in organizations that have endpoints. The id of
 * such an event is made of the key, its expiry and the day: however many processes look, it is there once, also where `runDue` of the
 * keyring has told of it.
 */
export async function publishExpiryNotices(
  { store, catalog }: Pick<WorkerParts, 'store' | 'catalog'>,
  keyring: Pick<Keyring, 'list'>,
  { now, failed, isStopped }: NoticeOptions,
): Promise<void> {
  const [longest] = catalog.expiryNoticeDays
  if (longest === undefined) return
  let after: string | null = null
  while (true) {
    const organizations: readonly string[] = await store.listOrganizations({ after, limit: organizationsAtOnce })
    for (const id of organizations) {
      if (isStopped()) return
      await noticesOf(id).catch(failed)
    }
    after = organizations.at(-1) ?? null
    if (organizations.length < organizationsAtOnce) return
  }

  async function noticesOf(organizationId: string): Promise<void> {
    const expiringBefore = new Date(now.getTime() + (longest ?? 0) * dayMs)
    let cursor: string | null = null
    do {
      const page: Awaited<ReturnType<Keyring['list']>> = await keyring.list({
        ...{ organizationId, status: 'active', expiringBefore, limit: 100, cursor },
        ...{ sort: 'expiry', order: 'asc' },
      })
      const events = page.keys.flatMap((key) => noticeOf(key, catalog.expiryNoticeDays, now))
      if (events.length > 0) await store.publish(events)
      cursor = page.nextCursor
    } while (cursor !== null)
  }
}

/** The notice of the fewest days that the key is within. */
function noticeOf(key: Key, days: readonly number[], now: Date): NewEvent[] {
  const { id, owner, expiresAt } = key
  if (expiresAt === null || expiresAt <= now) return []
  const left = expiresAt.getTime() - now.getTime()
  const due = days.filter((one) => left <= one * dayMs).at(-1)
  if (due === undefined) return []
  return [
    noticeEvent({ keyId: id, organizationId: organizationOf(owner), kind: 'expiring', about: expiresAt, days: due }),
  ]
}
