import type { NoticePlace, NoticeQuery, StoredNotice, StoreNotices } from '../notices/index.js'
import { dayMs, inByteOrder, isExpired, organizationOf } from '../store/index.js'
import type { KeyRecord } from '../values/index.js'
import { fixedCopy } from './fixed-copy.js'
import { noticeName } from './notice-name.js'
import { organizationsOf } from './retention.js'
import { type MemoryState, withLastUse } from './state.js'

/** The methods of a memory store for notices. */
export function memoryNotices(state: MemoryState): StoreNotices {
  const { keys, notices, clock } = state
  return {
    async organizations(page) {
      return organizationsOf(state, page)
    },

    async due(query) {
      const now = clock()
      const { place, limit } = query
      const found = [...keys.values()]
        .map((record) => withLastUse(state, record))
        .filter((record) => isDue(state, record, query, now))
        .map((record): NoticePlace => ({ keyId: record.id, about: aboutOf(record, query.kind) }))
        .filter((one) => place === null || inOrder(one, place) > 0)
      return found.sort(inOrder).slice(0, limit)
    },

    async tell({ organizationId, kind, keyIds, isHanded, decide }) {
      const now = clock()
      const told: StoredNotice[] = []
      for (const keyId of new Set(keyIds)) {
        const record = keys.get(keyId)
        if (record === undefined || organizationOf(record.owner) !== organizationId) continue
        const name = noticeName(keyId, kind)
        const content = decide(withLastUse(state, record), notices.get(name)?.notice ?? null, now)
        if (content === null) continue
        const { about, days } = content
        const notice = fixedCopy({ keyId, organizationId, kind, about, days, at: now })
        notices.set(name, { notice, nextAt: isHanded ? now.getTime() : null, claim: null })
        told.push(notice)
      }
      return told
    },

    async take({ worker, dueBy, limit, leaseMs }) {
      const now = clock().getTime()
      const due = [...notices]
        .filter(([, { nextAt }]) => nextAt !== null && nextAt <= dueBy.getTime())
        .sort(([, a], [, b]) => Number(a.nextAt) - Number(b.nextAt))
        .slice(0, limit)
      for (const [name, kept] of due) notices.set(name, { ...kept, nextAt: now + leaseMs, claim: worker })
      return due.map(([, { notice }]) => notice)
    },

    async settle(worker, ends) {
      const now = clock().getTime()
      for (const { keyId, kind, nextInMs } of ends) {
        const name = noticeName(keyId, kind)
        const kept = notices.get(name)
        if (kept === undefined || kept.claim !== worker) continue
        notices.set(name, { ...kept, nextAt: nextInMs === null ? null : now + nextInMs, claim: null })
      }
    },
  }
}

function aboutOf({ expiresAt, lastUsedAt }: KeyRecord, kind: NoticeQuery['kind']): Date | null {
  return kind === 'expiring' ? expiresAt : lastUsedAt
}

function isDue({ notices }: MemoryState, record: KeyRecord, query: NoticeQuery, now: Date): boolean {
  const { organizationId, kind, days, after, until } = query
  const { id, status, expiresAt, createdAt, updatedAt } = record
  if (organizationOf(record.owner) !== organizationId || status !== 'active' || isExpired(record, now)) return false
  const about = aboutOf(record, kind)
  const at = about?.getTime() ?? 0
  if (at > until.getTime() || (after !== null && at <= after.getTime())) return false
  if (kind === 'unused' && updatedAt > until) return false
  if (kind === 'expiring' && !(expiresAt !== null && expiresAt.getTime() - createdAt.getTime() > days * dayMs))
    return false
  const last = notices.get(noticeName(id, kind))?.notice
  return last === undefined || (last.about?.getTime() ?? 0) !== at || (kind === 'expiring' && last.days > days)
}

function inOrder(a: NoticePlace, b: NoticePlace): number {
  return (a.about?.getTime() ?? 0) - (b.about?.getTime() ?? 0) || inByteOrder(a.keyId, b.keyId)
}
