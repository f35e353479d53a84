import { RequestRepeated } from '@keywright/core'
import {
  type AuditKey,
  emptyChain,
  instantOf,
  type Once,
  organizationOf,
  type QuotaScope,
  requestMemoryMs,
  sumOf,
  wholeNumberOf,
} from '@keywright/core/store'
import type { Row } from '../driver/database.js'
import { all, now } from '../sql/parts.js'
import { join, type Sql, sql, type Value } from '../sql/sql.js'
import { ownedBy } from './owned-by.js'

/** What a change is decided on, beside its key. */
export interface Situation {
  readonly organizationId: string
  readonly now: Date
  /** The keys that the plan counts. */
  readonly used: number
  /** How many keys the organization has ever created. */
  readonly created: number
  /** The last record of its audit chain. */
  readonly head: { readonly seq: number; readonly hash: string }
  /** How often it was written to; -1: it has no row. */
  readonly touched: number
}

/** What is asked of a change, whatever it changes. */
export interface Asked {
  readonly quota: QuotaScope | null
  readonly auditKey?: AuditKey | undefined
  readonly once?: Once | undefined
}

/** Selects one row with all that a change is decided on. */
export function selectSituation(organization: Sql | Value, keyId: string, { quota, once }: Asked): Sql {
  return sql`select ${now} as now, c.*, r.fingerprint, r.key_id as requested_key, r.at as requested_at,
    ${quota === null ? 0 : countUsed(quota, keyId)} as used
    from (select 1) left join api_key_counters as c on c.organization_id = ${organization}
    left join api_key_requests as r on r.id = ${once?.id ?? null}`
}

/** @throws {@link RequestRepeated} when the request was carried out before. */
export function readSituation(row: Row | undefined, organizationId: string, { once }: Asked): Situation {
  const at = instantOf(row?.now, 'now')
  if (once !== undefined && row?.requested_at != null) {
    const requestedAt = instantOf(row.requested_at, 'at')
    const isSame = row.fingerprint === once.fingerprint
    if (at.getTime() - requestedAt.getTime() <= requestMemoryMs)
      throw new RequestRepeated({ keyId: String(row.requested_key), isSame, at: requestedAt, now: at })
  }
  const isKnown = row?.organization_id != null
  return {
    organizationId,
    now: at,
    used: sumOf(row?.used, 'used'),
    created: sumOf(row?.created, 'created'),
    head: isKnown ? { seq: wholeNumberOf(row.audit_seq, 'audit_seq'), hash: String(row.audit_hash) } : emptyChain,
    touched: isKnown ? wholeNumberOf(row.touched, 'touched') : -1,
  }
}

/** Counts the keys of a plan, apart from the one that is being made or changed. */
function countUsed(quota: QuotaScope, except: string): Sql {
  const organizationId = 'owner' in quota ? organizationOf(quota.owner) : quota.organizationId
  const isOf = 'owner' in quota ? ownedBy(quota.owner) : [sql`k.organization_id = ${organizationId}`]
  // Each a range of one index: with "in" and "or", keys that ended would be read, too.
  const live = ['active', 'disabled'].flatMap((status) =>
    [sql`k.expires_at is null`, sql`k.expires_at > ${now}`].map(
      (lives) =>
        sql`(select count(*) from api_keys as k where ${all([...isOf, sql`k.status = ${status}`, lives])} and k.id <> ${except})`,
    ),
  )
  return join(live, ' + ')
}
