import type { StoreBudgets } from '../budgets/index.js'
import type { StoreNotices } from '../notices/index.js'
import type { KeyPolicy } from '../policy/index.js'
import type { StoredRotation, StoreRotations } from '../rotations/index.js'
import type {
  Actor,
  AuditDraft,
  AuditRecord,
  AuditType,
  KeyIdentity,
  KeyRecord,
  KeySecrets,
  KeySettings,
  MaybePromise,
  Owner,
  StoredStatus,
} from '../values/index.js'
import type { KeyTerm } from './key-terms.js'
import type { AuditCheckpoint, AuditKey } from './link-audit.js'
import type { StoreEvent } from './store-event.js'
import type { StoreRetention } from './store-retention.js'

/** A key from the store, and the store's clock at the time of the read. Only this clock decides what has expired. */
export interface Found {
  readonly record: KeyRecord
  readonly now: Date
}

/** A key to insert. The store adds the status `active`, the dates, `version: 1`, and that nobody has disabled it. */
export interface NewKey extends KeyIdentity, KeySettings, KeySecrets {
  /** When another product made it. The date of the change stays the store's. @defaultValue the store's time */
  readonly createdAt?: Date
}

/**
 * The fields that a change may write. Missing fields keep their values. An `owner` is one of the same organization; it and `createdBy`
 * are only written to stores with `transfers`.
 */
export type KeyChanges = Partial<
  KeySettings &
    KeySecrets &
    Pick<
      KeyRecord,
      | ('owner' | 'createdBy')
      | ('environment' | 'preview' | 'disabledAt' | 'disabledBy' | 'disabledReason' | 'locked')
      | ('revokedAt' | 'revokedReason' | 'deletedAt')
    > & {
      readonly status: Exclude<StoredStatus, 'unknown'>
    }
>

/** The keys that a plan limit counts together: those of one organization, or of one owner. */
export type QuotaScope = { readonly organizationId: string } | { readonly owner: Owner }

/** The data for a decision, read under the lock that also guards the write. */
export interface DecisionContext {
  readonly now: Date
  /**
   * The number of keys that count towards the quota, before the insert or change: active or disabled, and not expired. It
   * excludes the key of the request. 0 if the request has no quota.
   */
  readonly used: number
  /** The schedule of the key, if the request asked for it; `null`: it has none. */
  readonly rotation?: StoredRotation | null
}

/** The result of a decision: a write, and its audit records in the order of the chain. */
export interface Decision<W> {
  readonly write: W
  readonly audit: readonly AuditDraft[]
  /** The schedule to write, if the request asked for it; `null` removes it. @defaultValue it stays as it is */
  readonly rotation?: StoredRotation | null | undefined
}

/**
 * Makes a store carry out a request only once. The store remembers the id for at least 24 hours, in the same transaction as the
 * change. If the id is known, it changes nothing, does not call `decide`, and throws {@link RequestRepeated}. It does not
 * remember a request that failed or changed nothing.
 */
export interface Once {
  /** At most 64 characters. */
  readonly id: string
  /** The content of the request, as a hash: shows whether a request with the same id is identical. At most 64 characters. */
  readonly fingerprint: string
}

/** The request of {@link KeyStore.insert}. */
export interface InsertRequest {
  readonly id: string
  readonly organizationId: string
  /** The keys that `used` counts; `null` counts none. */
  readonly quota: QuotaScope | null
  /** The secret key for the audit records. @defaultValue none: plain SHA-256 */
  readonly auditKey?: AuditKey | undefined
  /** Carries out the request only once. @defaultValue none: every call is carried out */
  readonly once?: Once | undefined
  /** Must be pure: the store may call it again. If it throws, nothing is inserted and the caller gets the error. */
  decide(context: DecisionContext): Decision<NewKey>
}

/** The request of {@link KeyStore.change}. */
export interface ChangeRequest {
  /** Whether `decide` is given the schedule of the key, and may write it: only for a store with `rotations`. @defaultValue false */
  readonly withRotation?: boolean | undefined
  /** The keys that `used` counts; `null` counts none. */
  readonly quota: QuotaScope | null
  /** The secret key for the audit records. @defaultValue none: plain SHA-256 */
  readonly auditKey?: AuditKey | undefined
  /** Carries out the request only once. @defaultValue none: every call is carried out */
  readonly once?: Once | undefined
  /**
   * Must be pure: the store may call it again. If it throws, nothing is changed and the caller gets the error. `null` changes
   * nothing. An empty `write` only adds the audit records: `updatedAt` and `version` stay as they are.
   */
  decide(record: KeyRecord, context: DecisionContext): Decision<KeyChanges> | null
}

/** The status that people see: `expired` is an active key after its `expiresAt`. */
export type ListedStatus = 'active' | 'disabled' | 'revoked' | 'expired'

/**
 * Which keys to list. A key must meet all that is given. Tombstones are never listed. `environments`, `words`, `tags`, `holds`,
 * `unusedSince`, `expiringBefore` and `breaks` come with `organizationId` or `owner` only.
 */
export interface KeyFilter {
  readonly organizationId?: string
  readonly owner?: Owner
  /** Who created them, by type and id. */
  readonly createdBy?: Actor
  /** As stored; `null`: those without one. */
  readonly environments?: readonly (string | null)[]
  /** One of these. @defaultValue any status, also one that cannot be read */
  readonly status?: ListedStatus | readonly ListedStatus[]
  /** Each is the beginning of a `word` of the key; see `soughtWords`. */
  readonly words?: readonly string[]
  /** Each is a `tag` of the key; see `tagTerm`. */
  readonly tags?: readonly string[]
  /** The key has one of these terms, of kind `scope` or `role`. */
  readonly holds?: readonly KeyTerm[]
  /** Made before this instant, and not used since. */
  readonly unusedSince?: Date
  /** Their `expiresAt` is before this instant. */
  readonly expiringBefore?: Date
  /** They break one of its rules; see `breaksPolicy`. None does where it has none. */
  readonly breaks?: KeyPolicy
}

/** What lists can be sorted by. */
export type KeySort = 'created' | 'name' | 'lastUsed' | 'expiry'

/** A key's place in a list: its id, and what the list is sorted by. */
export interface KeyPlace {
  readonly id: string
  readonly createdAt?: Date
  /** See `sortName`. */
  readonly sortName?: string
  readonly lastUsedAt?: Date | null
  readonly expiresAt?: Date | null
}

/** The keys to list, their order and their number. */
export interface StoredKeyQuery extends KeyFilter {
  /**
   * By `createdAt`; by `sortName` in the order of its code points; by `lastUsedAt`, where never is earliest; by `expiresAt`, where
   * never is last. Then by `id`. All but `created` come with `organizationId` or `owner` only. @defaultValue 'created'
   */
  readonly sort?: KeySort
  /** Begins after this key, in the order of the list. @defaultValue the beginning of the list */
  readonly after?: KeyPlace
  /** The direction of the sort, and of `id`. @defaultValue 'desc' */
  readonly order?: 'asc' | 'desc'
  readonly limit: number
}

/** What {@link KeyStore.find} is to read beside the key. */
export interface FindWanted {
  /** Whether its last use is shown. It costs a read of the usage, so verifications leave it out. */
  readonly lastUse: boolean
}

/** A page of {@link KeyStore.list}, with the store's clock. */
export interface StoredKeyPage {
  readonly records: readonly KeyRecord[]
  readonly now: Date
}

/**
 * The store of keys, usage and audit records. `testKeyStore` in `@keywright/testkit` tests a store against this contract.
 *
 * A method that fails throws the driver's error and has changed nothing. It throws {@link OutcomeUnknown} if it cannot know
 * whether the change was made. Records come back as they were written, and dates to the millisecond.
 */
export interface KeyStore {
  /**
   * Reads one key by its id, in one read of the primary database. It also finds tombstones. A store that can read at once may
   * answer without a promise: a verification then waits for nothing.
   *
   * @param wanted - With `lastUse`, the record's `lastUsedAt` and `previousUsedAt` are right. Without, nobody looks at them.
   */
  find(id: string, wanted?: FindWanted): MaybePromise<Found | null>

  /** Reads the key with one of these lookup digests. */
  findByLookupDigest(digests: readonly string[]): Promise<Found | null>

  /** Returns the time of the store's clock. */
  now(): Promise<Date>

  /**
   * Inserts a key with its audit records, all or nothing. From the call of `decide` until the insert is visible, no other insert
   * or change can alter the number in `used`.
   *
   * @returns the stored record, or `null` if a key or a tombstone has the id or the lookup digest. Nothing was written then.
   * @throws {@link RequestRepeated} when `once` has an id that the store remembers.
   */
  insert(request: InsertRequest): Promise<KeyRecord | null>

  /**
   * Changes one key with its audit records, all or nothing. Changes to the same key run one after the other: `decide` receives
   * the record as the previous change left it. Only the fields that it returns are written.
   *
   * @returns the record after the change with the store's clock, or `null` if there is no such key.
   * @throws {@link RequestRepeated} when `once` has an id that the store remembers.
   */
  change(id: string, request: ChangeRequest): Promise<Found | null>

  /**
   * Replaces the hash and the lookup digest `from` with `to`, if the key still has `from`. Only verifications call it. It writes
   * no other field: `version` and `updatedAt` stay as they are.
   *
   * @returns whether it replaced them.
   */
  replaceHash(id: string, from: KeyHash, to: KeyHash): Promise<boolean>

  /** Lists one page of keys with one indexed read. Concurrent inserts never shift a page. */
  list(query: StoredKeyQuery): Promise<StoredKeyPage>

  /** Counts what {@link list} would have on all pages together, up to `most`: the number of keys, or `most` if there are more. */
  count(filter: KeyFilter, most: number): Promise<number>

  /** Reads audit records of one organization, in the order of `seq`. */
  listAudit(query: AuditQuery): Promise<readonly AuditRecord[]>

  /** Appends audit records that do not belong to a change of a key, such as the record of an export. */
  appendAudit(organizationId: string, drafts: readonly AuditDraft[], auditKey?: AuditKey): Promise<void>

  /** Returns the end of an organization's chain from the row that locks it. It must equal the last record of the log. */
  auditHead(organizationId: string): Promise<AuditCheckpoint>

  /**
   * Adds a batch of counts of uses and refusals, all or nothing. A repeated call with the same `batchId` adds nothing. `lastUsedAt`
   * only moves forward, and by uses alone; no other field of a key changes. It must lock no key: a change never waits for it.
   *
   * @param previous - Uses of tokens before the last rotation, which are among `uses`. A store may leave them out: nobody then sees when
   * such a token was last used.
   */
  recordUsage(
    batchId: string,
    uses: readonly KeyUsage[],
    refusals?: readonly KeyRefusals[],
    previous?: readonly PreviousUse[],
  ): Promise<void>

  /**
   * Returns the usage by hour or day, oldest first. Those without usage are left out. What {@link StoreRetention.addUpDays} added up
   * is no usage of any hour; as a day, it counts as a whole if the span touches it.
   */
  listUsage(query: UsageRequest): Promise<readonly UsageHour[]>

  /** Returns the usage of some keys, each by hour or day, in any order. Those without usage are left out. */
  listKeyUsage(query: KeyUsageRequest): Promise<readonly (UsageHour & { readonly keyId: string })[]>

  /**
   * Returns the refusals by code and by hour or day, in any order: of each of `keyIds`; without them, of all keys together, with
   * `keyId: null`.
   */
  listRefusals(query: RefusalRequest): Promise<readonly RefusalCount[]>

  /** Returns the keys with the most uses, most first, and then by id. Deleted keys are among them. */
  topKeys(query: TopRequest): Promise<readonly TopKey[]>

  /** Counts keys by status, and their usage in the last 24 hours of the store's clock. */
  stats(request: StatsRequest): Promise<StoreStats>

  /**
   * Keeps `value` under `name`, unless there is a value under this name. Of several calls at once, one keeps its value.
   *
   * @param name - At most 128 characters. Names differ by case.
   * @param value - At most 128 characters.
   * @returns the value that is kept.
   */
  checkValue(name: string, value: string): Promise<string>

  /**
   * Checks the schema and its grants, and counts hashes and sealed tokens that no known prefix fits. A store with many keys
   * counts them in a sample, and says how big it is.
   */
  inspect(known: KnownPrefixes): Promise<StoreInspection>

  /**
   * Tells what the operator should know of, from now on, until the returned function is called. Left out by a store that has nothing to
   * tell.
   */
  watch?(listener: (event: StoreEvent) => void): () => void

  /**
   * Gives the same store within a transaction of the host's, which it neither commits nor ends. Each method leaves that transaction
   * as it was if it throws: only what it did itself is undone. It never tries again by itself, and keeps its locks until the host
   * ends the transaction. Left out by a store without transactions.
   *
   * @throws {@link InvalidInput} when `transaction` is none of this database.
   * @throws {@link TransactionLost}, from the methods, when the transaction can do nothing more.
   */
  inTransaction?(transaction: object): StoreInTransaction

  /** Whether `change` can write `owner` and `createdBy`, for `Keyring.transfer`. Left out by a store that cannot. */
  readonly transfers?: true | undefined

  /** Whether it keeps the `binding` of keys. Left out by a store that does not: no key can be bound there. */
  readonly bindings?: true | undefined

  /** Removes what is old, for `Keyring.prune`. Left out by a store that keeps everything. */
  readonly retention?: StoreRetention | undefined

  /** Keeps what was told of keys, for `Keyring.runDue`. Left out by a store that keeps none of it. */
  readonly notices?: StoreNotices | undefined

  /** Keeps what is spent of budgets. Left out by a store without: no key can have one there. */
  readonly budgets?: StoreBudgets | undefined

  /** Keeps the schedules of keys. Left out by a store that keeps none. */
  readonly rotations?: StoreRotations | undefined
}

/** What a store does within a transaction of the host's. */
export type StoreInTransaction = Pick<
  KeyStore,
  'find' | 'findByLookupDigest' | 'list' | 'count' | 'insert' | 'change' | 'checkValue'
>

/** The stored values that recognize the token of a key. */
export interface KeyHash {
  readonly hash: string
  readonly lookupDigest: string | null
}

/** The records that {@link KeyStore.listAudit} returns, and their order. */
export interface AuditQuery {
  readonly organizationId: string
  readonly keyId?: string
  readonly type?: AuditType
  readonly actor?: Actor
  /** Records at this time or later. */
  readonly from?: Date
  /** Records before this time. */
  readonly to?: Date
  /** `asc`: oldest first; `desc`: newest first. */
  readonly order: 'asc' | 'desc'
  /** Begins after the record with this `seq`, in the order of the list. */
  readonly after?: number
  readonly limit: number
}

/** The usage of one key in one hour. */
export interface KeyUsage {
  readonly keyId: string
  readonly organizationId: string
  /** The beginning of the hour. */
  readonly hour: Date
  /** The number of requests. */
  readonly count: number
  /** The last of them. */
  readonly lastUsedAt: Date
}

/** The last use of a key's token before its last rotation. */
export interface PreviousUse {
  readonly keyId: string
  /** The `previousHashExpiresAt` that the key had: it tells that token from those of other rotations. */
  readonly until: Date
  readonly lastUsedAt: Date
}

/** The usage that {@link KeyStore.listUsage} returns. */
export interface UsageRequest {
  readonly organizationId: string
  readonly keyId?: string
  /** Hours that begin at this time or later. */
  readonly from: Date
  /** Hours that begin before this time. */
  readonly to: Date
  /** An hour or a day, in milliseconds: what is counted together. @defaultValue an hour */
  readonly bucketMs?: 3_600_000 | 86_400_000
}

/** The refusals of one key in one hour, for one reason: its token was right, and the request was refused all the same. */
export interface KeyRefusals {
  readonly keyId: string
  readonly organizationId: string
  /** The beginning of the hour. */
  readonly hour: Date
  /** The code of the refusal, at most 64 characters. */
  readonly code: string
  readonly count: number
}

/** The usage that {@link KeyStore.listKeyUsage} returns. */
export interface KeyUsageRequest extends Omit<UsageRequest, 'keyId'> {
  readonly keyIds: readonly string[]
}

/** The refusals that {@link KeyStore.listRefusals} returns. */
export interface RefusalRequest extends Omit<UsageRequest, 'keyId'> {
  readonly keyIds?: readonly string[]
}

/** How often requests were refused for one reason in one hour or day. */
export interface RefusalCount {
  readonly keyId: string | null
  /** The beginning of the hour or the day. */
  readonly hour: Date
  readonly code: string
  readonly count: number
}

/** The keys that {@link KeyStore.topKeys} returns. */
export interface TopRequest extends Omit<UsageRequest, 'keyId' | 'bucketMs'> {
  readonly owner?: Owner
  readonly limit: number
}

/** How often a key was used. */
export interface TopKey {
  readonly keyId: string
  readonly count: number
}

/** How often keys were used in one hour or day. */
export interface UsageHour {
  /** The beginning of the hour, or of the day in UTC. */
  readonly hour: Date
  /** The number of requests. */
  readonly count: number
}

/** The keys that {@link KeyStore.stats} counts. */
export interface StatsRequest {
  readonly organizationId: string
  /** Counts the keys of this owner only, and their usage. @defaultValue all keys of the organization */
  readonly owner?: Owner
}

/** The counts of {@link KeyStore.stats}: keys of one organization, or of one owner in it, by status, and their usage. */
export interface StoreStats {
  /** All keys that were ever created, including deleted keys. */
  readonly created: number
  readonly active: number
  readonly disabled: number
  readonly expired: number
  readonly revoked: number
  /** Requests in the current hour and the 23 hours before it. */
  readonly recentUsage: number
  /** The last use of any key, including deleted keys; `null` if none was used. */
  readonly lastUsedAt: Date | null
}

/** The prefixes of the hashes and sealed tokens that this process can read; see {@link KeyStore.inspect}. */
export interface KnownPrefixes {
  readonly hashes: readonly string[]
  readonly seals: readonly string[]
}

/** The result of {@link KeyStore.inspect}. */
export interface StoreInspection {
  readonly now: Date
  /** Why reads of this server are refused: its answers may be outdated. `null`, or left out, if they are not. */
  readonly serverProblem?: string | null
  /** Which replicas are not read from, and why; `null`, or left out, if all are, or there are none. */
  readonly replicaProblem?: string | null
  /** What is wrong with the schema, and how to fix it; `null` if it is correct. */
  readonly schemaProblem: string | null
  /** The rights on its own tables that the store lacks; `null`, or left out, if it lacks none. */
  readonly grantProblem?: string | null
  /** Who else may read or write the tables, and what to do about it; `null`, or left out, if nobody may. */
  readonly exposure?: string | null
  /** What lets somebody change the audit log, and what to do about it; `null`, or left out, if nothing does. */
  readonly auditExposure?: string | null
  /** Which keys some lists do not find, and what to do about it; `null`, or left out, if they find all. */
  readonly unlistedKeys?: string | null
  /**
   * The number of keys with a hash that has no known prefix. This includes the hash of the previous token until it expires.
   * Requests with these keys fail with 503.
   */
  readonly unreadableHashes: number
  /** The number of keys with a sealed token that has no known prefix. These tokens cannot be shown again. */
  readonly unreadableSeals: number
  /** The number of keys among which both were counted; `null`, or left out, if they were counted among all keys. */
  readonly sampledKeys?: number | null
}
