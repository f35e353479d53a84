import type { AuditRow, KeyRow, NoticeRow, RotationRow } from '@keywright/core/store'
import type { Generated } from 'kysely'

/** The table of keys. */
export type KeyTable = KeyRow

/** A key with what only lists read of it. Processes of the version before add keys without it: `migrateToLatest` adds it to them. */
export interface ListedKeyTable extends KeyTable {
  /** The name, folded: what lists by name are sorted by; `null` before it is `listed`. */
  sort_name: Generated<string | null>
  /** The version whose name, terms and last use are where lists look for them. */
  listed: Generated<number>
  /** The same of its tags. A process of the version before tells lists of a change without them, and leaves this as it is. */
  tagged: Generated<number>
}

/** The texts by which lists find keys. A tombstone has none. */
export interface TermTable {
  organization_id: string
  kind: string
  term: string
  key_id: string
}

/** When each key was last used, in the order of lists; 0: never. A tombstone keeps its row. */
export interface LastUseTable {
  key_id: string
  organization_id: string
  last_used_at: number
}

/** The audit log. */
export type AuditTable = AuditRow

/** After which record the log of an organisation begins, where those before it were archived. */
export interface AuditStartTable {
  organization_id: string
  seq: number
  hash: string
  at: number
}

/** One row for each organisation: its lock, the end of its audit chain, and how many keys it has ever created. */
export interface CounterTable {
  organization_id: string
  created: number
  audit_seq: number
  audit_hash: string
  /** Written only to lock the row. */
  touched: Generated<number>
  /** 1: it has, or once had, an endpoint of webhooks, so that what happens to its keys is an event as well. */
  webhooks: Generated<number>
}

/** The schedules of keys. */
export type RotationTable = RotationRow

/** When the token of a key before its last rotation was last used, of keys of which one was. */
export interface PreviousUseTable {
  key_id: string
  /** The end that the token had: it tells it from those of other rotations. */
  until: number
  last_used_at: number
}

/** What was told of a key: the last notice of a kind. */
export type NoticeTable = NoticeRow

/** How often a key was used in one hour. */
export interface UsageTable {
  organization_id: string
  key_id: string
  hour: number
  count: number
  /** The last use in this hour; `null` where versions before counted it. */
  last_used_at: number | null
}

/** How often requests with a right token were refused, by key, hour and code. */
export interface RefusalTable {
  organization_id: string
  key_id: string
  hour: number
  code: string
  count: number
}

/** Batches of usage that were counted, so that a batch that is sent twice counts once. */
export interface UsageBatchTable {
  id: string
  /** Drawn at random by each attempt: the row keeps that of the first. */
  claim: string
  at: number
}

/** Requests that were carried out, so that a request that is sent twice is carried out once. */
export interface RequestTable {
  id: string
  /** A hash of what it asked for. */
  fingerprint: string
  key_id: string
  /** Drawn at random by each attempt: the row keeps that of the first. */
  claim: string
  at: number
}

/** The endpoints of webhooks. */
export interface WebhookTable {
  id: string
  key_id: string
  organization_id: string
  url: string
  description: string | null
  /** JSON; `null`: all types. */
  types: string | null
  status: string
  stop: string | null
  /** Sealed, as the one before is. */
  secret: string
  previous_secret: string | null
  previous_secret_expires_at: number | null
  created_by_type: string
  created_by_id: string
  created_at: number
  updated_at: number
  failing_since: number | null
  version: number
}

/** The outbox of webhooks, and what was in it: it is kept to be sent again. */
export interface EventTable {
  id: string
  organization_id: string
  type: string
  resource_type: string | null
  resource_id: string | null
  data: string
  /** The endpoint that it is for; `null`: all of its organization. */
  endpoint_id: string | null
  created_at: number
  /** From when on a worker may take it; `null`: it was queued for its endpoints. */
  next_at: number | null
  /** Who has taken it. */
  claim: string | null
}

/** Events on their way to an endpoint, and what became of them. */
export interface DeliveryTable {
  id: string
  event_id: string
  endpoint_id: string
  organization_id: string
  status: string
  reason: string | null
  attempts: number
  /** From when on a worker may take it; for what is held, an instant that never comes; `null`: it waits for nothing. */
  next_at: number | null
  /** Who has taken it. */
  claim: string | null
  /** JSON. */
  log: string
  created_at: number
}

/** What was spent of a budget. */
export interface BudgetTable {
  organization_id: string
  holder: string
  id: string
  /** The beginning of the day or month that `used` counts. */
  period: number
  used: number
  extra: number
}

/** Values that tell whether a process has the peppers that keys were hashed with. */
export interface CheckTable {
  name: string
  value: string
}

/** The migration steps that ran. */
export interface MigrationTable {
  name: string
  /** When, as text: for people to read. */
  timestamp: string
}

/** The tables of the store, under their names without a prefix. */
export interface KeyTables {
  api_keys: ListedKeyTable
  api_key_terms: TermTable
  api_key_last_uses: LastUseTable
  api_key_audit: AuditTable
  api_key_audit_starts: AuditStartTable
  api_key_counters: CounterTable
  api_key_rotations: RotationTable
  api_key_previous_uses: PreviousUseTable
  api_key_notices: NoticeTable
  api_key_usage: UsageTable
  api_key_refusals: RefusalTable
  api_key_usage_batches: UsageBatchTable
  api_key_requests: RequestTable
  api_key_checks: CheckTable
  api_key_budgets: BudgetTable
  api_key_webhooks: WebhookTable
  api_key_events: EventTable
  api_key_deliveries: DeliveryTable
  api_key_migrations: MigrationTable
}
