import type {
  AuditDraft,
  AuditRecord,
  KeyIdentity,
  KeyRecord,
  KeySecrets,
  KeySettings,
  Owner,
  StoredStatus,
} from '../values/index.js'

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

/** See {@link KeyStore.insert}. */
export interface InsertRequest {
  readonly id: string
  readonly organizationId: string
  readonly quota: QuotaScope | null
  /** Pure, and free to be called again. What it throws aborts the insert and reaches the caller. */
  decide(context: DecisionContext): Decision<NewKey>
}

/** See {@link KeyStore.change}. */
export interface ChangeRequest {
  readonly quota: QuotaScope | null
  /** Pure, and free to be called again. What it throws aborts the change and reaches the caller; `null` changes nothing. */
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
  /** Newest first, by `createdAt`, then `id`. */
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
   */
  insert(request: InsertRequest): Promise<KeyRecord | null>

  /**
   * Changes one key with its audit records: all or nothing. Changes to the same key happen one after the other: `decide`
   * sees what the one before it left, and only the fields that it returns are written.
   *
   * @returns the record afterwards with the store's clock, or `null` if there is no such key.
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

  /** Reads an organisation's audit records in order, those after `afterSeq`, at most `limit`. */
  listAudit(query: AuditQuery): Promise<readonly AuditRecord[]>
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
  readonly afterSeq: number
  readonly limit: number
}
