import type {
  Actor,
  AuditDraft,
  AuditRecord,
  AuditType,
  KeyIdentity,
  KeyRecord,
  KeySecrets,
  KeySettings,
  Owner,
  StoredStatus,
} from '../values/index.js'
import type { ChainHead } from './link-audit.js'

/** A key that was found, with the store's clock at the time of the read: the only clock that decides (CONS-10, RATE-7). */
export interface Found {
  readonly record: KeyRecord
  readonly now: Date
}

/** A key to be inserted. The store adds `createdAt`, `updatedAt` and `version: 1`. */
export interface NewKey extends KeyIdentity, KeySettings, KeySecrets {}

/** The fields that a change may write; those left out keep what they hold (CONS-14). */
export type KeyChanges = Partial<
  KeySettings &
    KeySecrets &
    Pick<KeyRecord, 'preview' | 'disabledAt' | 'revokedAt' | 'revokedReason' | 'deletedAt'> & {
      readonly status: Exclude<StoredStatus, 'unknown'>
    }
>

/** Which keys one plan limit counts together. */
export type QuotaScope = { readonly organizationId: string } | { readonly owner: Owner }

/** What a decision may rest on: read under the same lock that guards the write. */
export interface DecisionContext {
  readonly now: Date
  /**
   * Keys that count towards the limit (LIM-1): active or disabled, and not expired. Before the insert or change, and
   * without the key concerned. 0 where no quota was asked for.
   */
  readonly used: number
}

/** A write with its audit records, in the order of the chain. */
export interface Decision<W> {
  readonly write: W
  readonly audit: readonly AuditDraft[]
}

/**
 * Makes a change happen once, however often it is asked for (HTTP-16): all or nothing with the change, and remembered for at
 * least 24 hours. Where the id is known already, nothing is changed, `decide` is not asked, and the method throws
 * `RequestRepeated`. A change that fails, or changes nothing, is not remembered.
 */
export interface Once {
  /** At most 64 characters. */
  readonly id: string
  /** Tells a repetition from another request under the same id. At most 64 characters. */
  readonly fingerprint: string
}

/** See {@link KeyStore.insert}. */
export interface InsertRequest {
  readonly id: string
  readonly organizationId: string
  readonly quota: QuotaScope | null
  /** Keys the audit chain. @defaultValue none (AUD-6) */
  readonly auditKey?: Uint8Array | undefined
  /** @defaultValue none: each call is a request of its own */
  readonly once?: Once | undefined
  /** Pure, and free to be called again. What it throws aborts the insert and reaches the caller. */
  decide(context: DecisionContext): Decision<NewKey>
}

/** See {@link KeyStore.change}. */
export interface ChangeRequest {
  readonly quota: QuotaScope | null
  /** Keys the audit chain. @defaultValue none (AUD-6) */
  readonly auditKey?: Uint8Array | undefined
  /** @defaultValue none: each call is a request of its own */
  readonly once?: Once | undefined
  /**
   * Pure, and free to be called again. What it throws aborts the change and reaches the caller; `null` changes nothing. An
   * empty `write` leaves the key as it is, `updatedAt` and `version` included.
   */
  decide(record: KeyRecord, context: DecisionContext): Decision<KeyChanges> | null
}

/** Which keys to list. Tombstones are never listed. */
export interface KeyQuery {
  readonly organizationId?: string
  readonly owner?: Owner
  /** By what a person sees: `expired` is an active key whose time has passed. */
  readonly status?: 'active' | 'disabled' | 'revoked' | 'expired'
  /** Keys after this one, in the order of the list. */
  readonly after?: { readonly createdAt: Date; readonly id: string }
  /** By `createdAt`, then `id`. @defaultValue 'desc': newest first */
  readonly order?: 'asc' | 'desc'
  readonly limit: number
}

/** A page of {@link KeyStore.list}, with the store's clock. */
export interface KeyPage {
  readonly records: readonly KeyRecord[]
  readonly now: Date
}

/**
 * Where keys are kept. Each method is one promise; `testKeyStore` in `@keywright/testkit` holds a store to them.
 *
 * A method that fails throws the driver's own error and has changed nothing, or throws `OutcomeUnknown` where it cannot
 * know. Records come back whole: each field as it was written, each instant to the millisecond.
 */
export interface KeyStore {
  /** Reads one key, tombstones included, by primary key, in one read of the primary (CONS-1). */
  find(id: string): Promise<Found | null>

  /** Reads the key that was imported under one of these digests (TOK-15). */
  findByLookupDigest(digests: readonly string[]): Promise<Found | null>

  /** The store's clock. */
  now(): Promise<Date>

  /**
   * Inserts a key with its audit records: all or nothing. While `decide` runs and until the insert is visible, no other
   * insert or change can alter what `used` counted (LIM-2).
   *
   * @returns the record as stored, or `null` if the id or the lookup digest is taken, tombstones included: nothing was
   * written.
   * @throws RequestRepeated, see {@link Once}.
   */
  insert(request: InsertRequest): Promise<KeyRecord | null>

  /**
   * Changes one key with its audit records: all or nothing. Changes to the same key happen one after the other: `decide`
   * sees what the one before it left, and only the fields that it returns are written.
   *
   * @returns the record afterwards with the store's clock, or `null` if there is no such key.
   * @throws RequestRepeated, see {@link Once}.
   */
  change(id: string, request: ChangeRequest): Promise<Found | null>

  /**
   * Puts `to` in place of the hash `from`, and its lookup digest likewise, if that is still what the key holds (HASH-4).
   * The only write that a verification may lead to; it changes nothing else, and is not a change in `version`.
   *
   * @returns whether it did.
   */
  replaceHash(id: string, from: KeyHash, to: KeyHash): Promise<boolean>

  /** Lists keys, one indexed read a page. Inserts meanwhile never shift a page (HTTP-17). */
  list(query: KeyQuery): Promise<KeyPage>

  /** Reads audit records of one organisation, by `seq`. */
  listAudit(query: AuditQuery): Promise<readonly AuditRecord[]>

  /** Appends audit records that belong to no change of a key, such as that of an export (AUD-9). */
  appendAudit(organizationId: string, drafts: readonly AuditDraft[], auditKey?: Uint8Array): Promise<void>

  /** The end of an organisation's chain, as the lock's row has it: the log's own last record must agree (AUD-5). */
  auditHead(organizationId: string): Promise<ChainHead>

  /**
   * Adds a batch of counted uses: all or nothing, and once only, however often it is called with the same `batchId`
   * (USE-2). `lastUsedAt` only moves forward, and nothing else of a key is touched (USE-1, CONS-14).
   */
  recordUse(batchId: string, uses: readonly KeyUse[]): Promise<void>

  /** Uses by hour, oldest first; hours without any are left out. */
  listUse(query: UseQuery): Promise<readonly HourOfUse[]>

  /** Counts an organisation's keys and its uses since an instant, by the store's clock (USE-4). */
  stats(organizationId: string): Promise<StoreStats>

  /** Looks at the stored hashes and seals, and at the store itself (HASH-5, ENC-4, FI-26). */
  inspect(known: KnownPrefixes): Promise<StoreInspection>
}

/** How a key's token is recognised. */
export interface KeyHash {
  readonly hash: string
  readonly lookupDigest: string | null
}

/** See {@link KeyStore.listAudit}. */
export interface AuditQuery {
  readonly organizationId: string
  readonly keyId?: string
  readonly type?: AuditType
  readonly actor?: Actor
  /** Records from this instant on. */
  readonly from?: Date
  /** Records before this instant. */
  readonly to?: Date
  /** `asc`: records with a higher `seq` than `after`; `desc`: with a lower one. */
  readonly order: 'asc' | 'desc'
  readonly after?: number
  readonly limit: number
}

/** The uses of one key in one hour. */
export interface KeyUse {
  readonly keyId: string
  readonly organizationId: string
  /** The beginning of the hour. */
  readonly hour: Date
  readonly count: number
  readonly lastUsedAt: Date
}

/** See {@link KeyStore.listUse}. */
export interface UseQuery {
  readonly organizationId: string
  readonly keyId?: string
  /** Hours that begin at this instant or later. */
  readonly from: Date
  /** Hours that begin before this instant. */
  readonly to: Date
}

/** How often keys were used in one hour. */
export interface HourOfUse {
  readonly hour: Date
  readonly count: number
}

/** What {@link KeyStore.stats} counts. */
export interface StoreStats {
  /** All keys that were ever created, those deleted since included. */
  readonly created: number
  readonly active: number
  readonly disabled: number
  readonly expired: number
  readonly revoked: number
  /** Uses in this hour and the 23 before it. */
  readonly recentUses: number
  /** The last use of any key, those deleted since included. */
  readonly lastUsedAt: Date | null
}

/** What the beginnings of readable hashes and seals are; see {@link KeyStore.inspect}. */
export interface KnownPrefixes {
  readonly hashes: readonly string[]
  readonly seals: readonly string[]
}

/** What {@link KeyStore.inspect} finds. */
export interface StoreInspection {
  readonly now: Date
  /** What is wrong with the schema, and what to do; `null`: nothing. */
  readonly schemaProblem: string | null
  /**
   * Keys whose hash, or that of whose token in grace, begins with none of the known prefixes: their holders are refused with
   * 503.
   */
  readonly unreadableHashes: number
  /** Keys whose sealed token begins with none of the known prefixes: it cannot be shown again. */
  readonly unreadableSeals: number
}
