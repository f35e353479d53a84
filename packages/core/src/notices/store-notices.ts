import type { KeyRecord } from '../values/index.js'

/** What a notice says of a key: that it expires soon, or that nobody uses it. */
export type NoticeKind = 'expiring' | 'unused'

/** What a notice is about. */
export interface NoticeContent {
  /** Of `expiring`, the key's `expiresAt`; of `unused`, its `lastUsedAt`, which is `null` for a key that was never used. */
  readonly about: Date | null
  /** Of `expiring`, how many days before the end; of `unused`, after how many days without a use. */
  readonly days: number
}

/** The last notice of its kind about a key: a store keeps no others. */
export interface StoredNotice extends NoticeContent {
  readonly keyId: string
  readonly organizationId: string
  readonly kind: NoticeKind
  /** When it was told, by the store's clock. */
  readonly at: Date
}

/** A key's place among those that a notice may be due of. */
export interface NoticePlace {
  readonly keyId: string
  readonly about: Date | null
}

/** The query of {@link StoreNotices.due}. */
export interface NoticeQuery {
  readonly organizationId: string
  readonly kind: NoticeKind
  readonly days: number
  /** What the notice is about lies after this; `null`: anywhere, and in a key that was never used nowhere. */
  readonly after: Date | null
  /** What the notice is about lies at this, or before it. */
  readonly until: Date
  /** Begins after this key. @defaultValue the first one */
  readonly place: NoticePlace | null
  readonly limit: number
}

/** The request of {@link StoreNotices.tell}. */
export interface NoticeTelling {
  readonly organizationId: string
  readonly kind: NoticeKind
  /** At most 100. */
  readonly keyIds: readonly string[]
  /** Whether the host's function is to be given the notices: then {@link StoreNotices.take} gives them out. */
  readonly isHanded: boolean
  /** Must be pure: the store may call it again. `null`: none is due. The record has its last use. */
  decide(record: KeyRecord, last: StoredNotice | null, now: Date): NoticeContent | null
}

/** Who takes notices, and for how long. */
export interface NoticeClaim {
  /** The id of the run, new with each. At most 64 characters. */
  readonly worker: string
  /** Takes what was due at this instant, which has passed: what fails meanwhile waits for another run. */
  readonly dueBy: Date
  readonly limit: number
  /** After this, another run may take what was claimed. */
  readonly leaseMs: number
}

/** What became of a notice that was taken. */
export interface NoticeEnd {
  readonly keyId: string
  readonly kind: NoticeKind
  /** When it is given out again, from now by the store's clock; `null`: never. */
  readonly nextInMs: number | null
}

/**
 * How a store keeps what was told of keys, for `Keyring.runDue`. Each method is one statement or one short transaction, all or nothing,
 * and may run beside itself and beside all others.
 */
export interface StoreNotices {
  /** Returns the ids of organizations that have ever had a key or an audit record, in the order of their bytes. */
  organizations(page: { readonly after: string | null; readonly limit: number }): Promise<readonly string[]>

  /**
   * Finds active keys that have not expired and that a notice may be due of, in the order of `about` and then of the id, by an index.
   * It leaves out keys of which this was told: with the same `about`, and, of `expiring`, with these `days` or fewer. Of `expiring`, it
   * also leaves out keys that had no more than these days to live when they were made; of `unused`, those that were changed after `until`.
   */
  due(query: NoticeQuery): Promise<readonly NoticePlace[]>

  /**
   * Tells of some keys, all or nothing. From the call of `decide` until the notices are visible, no other call decides on the same keys,
   * and no change of them is made: of several calls at once, one tells. Where the organization uses webhooks, each notice is an event
   * (`noticeEvent`) in the same transaction. It changes no key.
   *
   * @returns the notices that this call has told.
   */
  tell(request: NoticeTelling): Promise<readonly StoredNotice[]>

  /** Takes notices that the host's function is to be given, the oldest first. Of two calls at once, only one gets a notice. */
  take(claim: NoticeClaim): Promise<readonly StoredNotice[]>

  /** Writes what became of notices, all or nothing. One that the worker has no more stays as it is. */
  settle(worker: string, ends: readonly NoticeEnd[]): Promise<void>
}
