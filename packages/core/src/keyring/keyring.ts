import type { Access } from '../access/index.js'
import { type AuditLog, auditLog, beginExport, exporter } from '../audit/index.js'
import { checkNames } from '../check/index.js'
import type { Secret } from '../crypto/index.js'
import { grantableBy, principalOfKey } from '../delegation/index.js'
import { type DueMethods, rotationOf, runDue, scheduleRotation } from '../due/index.js'
import { InvalidInput } from '../errors/index.js'
import { type HandoverVerbs, handoverVerbs } from '../handover/index.js'
import {
  type ChangeOptions,
  checkBoundary,
  checkChangeOptions,
  checkManageOptions,
  checkTrialOptions,
  type KeyBoundary,
  type ManageOptions,
  type TrialOptions,
} from '../input/index.js'
import { quarantineExposed, type TokenVerbs, tokenVerbs } from '../leaks/index.js'
import { type DisableInput, deleteKey, disableKey, enableKey, type RevokeInput, revokeKey } from '../lifecycle/index.js'
import {
  actForKey,
  type CopyKeyInput,
  type CreatedKey,
  type CreateInput,
  createKey,
  type ImportInput,
  type ImportResult,
  importKey,
  importMany,
  type ManageParts,
  type RotateInput,
  revealKey,
  rotateKey,
  type UpdateInput,
  updateKey,
} from '../manage/index.js'
import { type Delegating, delegate } from '../minting/index.js'
import {
  type DoctorFinding,
  examine,
  getKey,
  type KeyPage,
  type KeyQuery,
  type KeyStats,
  type KeysUsageQuery,
  type KeyUsageSeries,
  listKeys,
  loadCapabilities,
  loadKeysUsage,
  loadStats,
  loadTopKeys,
  loadUsage,
  type StatsQuery,
  type TopKeysQuery,
  type UsagePoint,
  type UsageQuery,
  type UsedKey,
} from '../reads/index.js'
import { readRequirements, type VerifyOptions } from '../requests/index.js'
import { type PruneOptions, type PruneQuery, type PruneResult, prune } from '../retention/index.js'
import { type RewrapResult, rewrapSeals } from '../sealing/index.js'
import { type KeyringBudgets, keyringBudgets } from '../spending/index.js'
import { wrapStoreErrors } from '../store/index.js'
import { type Key, withDeadline } from '../values/index.js'
import type { Verdict } from '../verdict/index.js'
import { verifyCredential, verifyToken } from '../verify/index.js'
import { type KeyringDoor, withDoor } from './door.js'
import { withDeadlines } from './host-deadlines.js'
import { partsInTransaction } from './in-transaction.js'
import type { KeyringOptions } from './options.js'
import { type KeyringParts, makeParts } from './parts.js'
import { rightsOf } from './rights-of.js'

/** How far `get` may reach. */
export type GetOptions = Pick<ManageOptions, 'within'>

/**
 * Issues, verifies and manages API keys. One object a process; see {@link createKeyring}.
 *
 * Each method that changes something takes what first and who second: `revoke(id, { reason }, { actor })`. Without an `actor` it
 * is your own code that acts, and has no bounds. Every rejection is a `KeyError` with a stable `code`, but for faults of the
 * host's own callbacks, which pass as they are: `host_unavailable` for one that does not answer within `manageTimeoutMs`, and
 * `store_unavailable` or `outcome_unknown` for the store.
 */
export interface Keyring<A extends Access = Access> extends TokenVerbs, HandoverVerbs, DueMethods, Delegating<A> {
  readonly access: A
  readonly audit: AuditLog
  /** What is left of budgets; calls whose cost is known later; credits by hand. */
  readonly budgets: KeyringBudgets

  /**
   * Creates a key and gives its token, this once. With `copyFrom`, what is left out is as it is in the other key.
   *
   * @throws {@link InvalidInput} or {@link ScopeUnknown}, naming the field: nothing was stored.
   * @throws {@link ScopeExceedsActor} when the actor would give away more than it has.
   * @throws {@link PolicyViolated} when the policy does not allow such a key; {@link PlanLimitReached} when the plan has no key left.
   * @throws {@link RequestRepeated} when the same `idempotencyKey` was used before.
   * @throws {@link KeyNotFound} when there is no key to copy; {@link RevealUnavailable} when the token cannot be sealed.
   * @throws {@link StoreUnavailable}, {@link OutcomeUnknown} when the store fails.
   *
   * @example
   * ```ts
   * const { key, token } = await keyring.create(
   *   { name: 'ci', owner: { type: 'user', id: 'ada', organizationId: 'acme' }, scopes: ['tasks.read'] },
   *   { actor: { type: 'user', id: 'ada' } },
   * )
   * showOnce(token.reveal())
   * ```
   */
  create(input: CreateInput<A> | CopyKeyInput<A>, options?: ManageOptions): Promise<CreatedKey>

  /**
   * Takes over a key that another product issued. Its token goes on working; its first use gives it a hash of our own. The same
   * secret can be imported once only, even where its key was revoked or deleted since.
   *
   * @throws {@link InvalidOptions} when the keyring has no `imports`.
   * @throws {@link InvalidState} when the same secret was imported before.
   * @throws what {@link Keyring.create} throws.
   *
   * @example
   * ```ts
   * await keyring.import({
   *   name: 'nightly export',
   *   owner: { type: 'organization', id: 'acme' },
   *   scopes: ['tasks.read'],
   *   secret: { format: 'better-auth', hash: row.key },
   *   entropyBits: 256,
   * })
   * ```
   */
  import(input: ImportInput<A>, options?: ManageOptions): Promise<Key>

  /**
   * Imports at most 1000 keys, each by itself and in their order, and gives a result for each: one that is refused stops no other.
   * A fault of the store ends it, and is the result of those that were not tried. Call it again with the same list: what is there
   * already is refused as `invalid_state`.
   *
   * @throws {@link InvalidInput} for what is no such list.
   *
   * @example
   * ```ts
   * const results = await keyring.importMany(rows.map(inputOf))
   * for (const [at, result] of results.entries()) if (!result.ok) console.warn(rows[at].id, result.error.message)
   * ```
   */
  importMany(list: readonly ImportInput<A>[], options?: ManageOptions): Promise<readonly ImportResult[]>

  /**
   * Verifies a presented token. Any text gives a verdict; what cannot be known is refused as `auth_unavailable`.
   *
   * @throws {@link InvalidInput}, {@link InvalidOptions} or {@link ScopeUnknown} for wrong `options`, and for a `Secret` in place of
   * its text.
   *
   * @example
   * ```ts
   * const verdict = await keyring.verify(text, { scopes: ['tasks.read'], ip })
   * if (verdict.ok) console.log(verdict.principal.key.id)
   * else console.log(verdict.refusal.code)
   * ```
   */
  verify(text: string, options?: VerifyOptions<A>): Promise<Verdict<A>>

  /**
   * Gives one key, or `null` where there is none within the caller's reach.
   *
   * @throws {@link StoreUnavailable}
   *
   * @example
   * ```ts
   * const key = await keyring.get(id, { within: { organizationId: 'acme' } })
   * ```
   */
  get(id: string, options?: GetOptions): Promise<Key | null>

  /**
   * Lists keys by cursor: keys created meanwhile neither shift nor repeat what is there.
   *
   * @throws {@link InvalidInput}, naming the field: also for a cursor that is no `nextCursor` of this keyring.
   * @throws {@link StoreUnavailable}
   *
   * @example
   * ```ts
   * const { keys, nextCursor } = await keyring.list({ organizationId: 'acme', limit: 20 })
   * ```
   */
  list(query?: KeyQuery): Promise<KeyPage>

  /**
   * Changes what a key is called and may do. `scopes` or `preset` replace all scopes, `roles` all roles, `resources` all grants on
   * resources; it holds from the next request on.
   *
   * A policy is held in what is changed: a key that breaks a new one may be renamed, and end earlier. No update prolongs a key beyond
   * its `createdAt` and the policy's `maxLifetimeMs`.
   *
   * @throws {@link InvalidInput} or {@link ScopeUnknown}, naming the field.
   * @throws {@link KeyNotFound}; {@link KeyChanged}; {@link InvalidState} for a revoked key.
   * @throws {@link ScopeExceedsActor} when the actor would give away more than it has.
   * @throws {@link PolicyViolated}; {@link PlanLimitReached} when an expired key would live again, and the plan has no key left.
   * @throws {@link StoreUnavailable}, {@link OutcomeUnknown} when the store fails.
   *
   * @example
   * ```ts
   * await keyring.update(key.id, { name: 'ci, nightly', scopes: ['tasks.*'] }, { actor: { type: 'user', id: 'ada' } })
   * ```
   */
  update(id: string, changes: UpdateInput<A>, options?: ChangeOptions): Promise<Key>

  /**
   * Lets a disabled key work again, with the same token. An active key stays as it is.
   *
   * A locked key is enabled by who disabled it, by an actor that may manage all keys of the organization (`manageScope`), and by
   * your own code: a call without an actor, and without an owner in `within`.
   *
   * @throws {@link KeyNotFound}; {@link KeyChanged}; {@link InvalidState} for a revoked key.
   * @throws {@link KeyLocked} when somebody else than its owner disabled it, and the call may not undo that.
   * @throws {@link ScopeExceedsActor} when the actor lacks what the key may do.
   * @throws {@link PolicyViolated} for a key that breaks the policy: an update can mend it first.
   * @throws {@link PlanLimitReached} when the plan has fewer keys now than there are.
   * @throws {@link StoreUnavailable}, {@link OutcomeUnknown} when the store fails.
   *
   * @example
   * ```ts
   * await keyring.enable(key.id, { actor: { type: 'user', id: 'ada' } })
   * ```
   */
  enable(id: string, options?: TrialOptions): Promise<Key>

  /**
   * Refuses a key's requests from the next one on, until it is enabled. The key says who disabled it. If that was not its owner,
   * it is locked, and its owner cannot enable it, not even if they had disabled it before.
   *
   * For the owner acts a call with their user as the actor, one with another key of theirs, and one with `within.owner`. The keys
   * of an organization are locked by everybody but the last.
   *
   * @throws {@link KeyNotFound}; {@link KeyChanged}; {@link InvalidState} for a revoked key; {@link InvalidInput} for a reason.
   * @throws {@link StoreUnavailable}, {@link OutcomeUnknown} when the store fails.
   *
   * @example
   * ```ts
   * await keyring.disable(key.id, { reason: 'seen in a log' }, { within: { organizationId: 'acme' } })
   * ```
   */
  disable(id: string, input?: DisableInput, options?: TrialOptions): Promise<Key>

  /**
   * Ends a key for good: from the next request on no token of it works, in any process. A revoked key stays as it is, its first
   * reason included. With `at`, it ends at that instant: it then expires, and until then `update` may still move its end.
   *
   * @throws {@link KeyNotFound}; {@link KeyChanged}; {@link InvalidInput} for a reason that is too long, or an instant in the past.
   * @throws {@link StoreUnavailable}, {@link OutcomeUnknown} when the store fails.
   *
   * @example
   * ```ts
   * await keyring.revoke(key.id, { reason: 'leaked' }, { actor: { type: 'user', id: 'ada' } })
   * ```
   */
  revoke(id: string, input?: RevokeInput, options?: TrialOptions): Promise<Key>

  /**
   * Removes a key. What remains is a tombstone (id, name, owner, instants), for the count of keys ever created and for the audit
   * log; hash, seal, grants, tags and metadata are erased.
   *
   * @throws {@link KeyNotFound}, {@link KeyChanged}, {@link StoreUnavailable}, {@link OutcomeUnknown}
   *
   * @example
   * ```ts
   * await keyring.delete(key.id, { actor: { type: 'user', id: 'ada' } })
   * ```
   */
  delete(id: string, options?: ChangeOptions): Promise<void>

  /**
   * Gives a key a new token; id, grants and history stay. At most two tokens of a key work at a time: one in grace from an earlier
   * rotation ends now. Disabling or revoking the key ends both. The key ends when it did: a rotation prolongs nothing.
   *
   * @throws {@link InvalidState} for a key that is revoked or expired, or where another rotation won.
   * @throws {@link PolicyViolated} for a key that breaks the policy: an update can mend it first, unless its time is over by now.
   * @throws {@link InvalidInput} for a grace out of range; {@link KeyNotFound}; {@link KeyChanged}; {@link ScopeExceedsActor}.
   * @throws {@link RequestRepeated} when the same `idempotencyKey` was used before.
   * @throws {@link RevealUnavailable} when the token cannot be sealed.
   * @throws {@link StoreUnavailable}, {@link OutcomeUnknown} when the store fails.
   *
   * @example
   * ```ts
   * const { token } = await keyring.rotate(key.id, { graceMs: 3_600_000 }, { actor: { type: 'user', id: 'ada' } })
   * ```
   */
  rotate(id: string, input?: RotateInput, options?: ChangeOptions): Promise<CreatedKey>

  /**
   * Shows a key's token again, where `reveal` is on. The audit record is committed before the token is given out. Who may ask, and
   * how fresh their login must be, is for your code to decide; an API key never may.
   *
   * @throws {@link RevealUnavailable} when the token was not sealed, was erased, or cannot be opened.
   * @throws {@link ScopeExceedsActor} when the actor is a key; {@link KeyNotFound}.
   * @throws {@link StoreUnavailable}, {@link OutcomeUnknown} when the store fails.
   *
   * @example
   * ```ts
   * const token = await keyring.reveal(key.id, { actor: { type: 'user', id: 'ada' } })
   * showOnce(token.reveal())
   * ```
   */
  reveal(id: string, options?: ManageOptions): Promise<Secret>

  /**
   * Seals with the current key what was sealed with an older one, so that the older one can be retired. Safe to call again, also
   * after it was cut off: each key is done by itself, and only if nobody changed its seal meanwhile.
   *
   * @throws {@link RevealUnavailable} when `reveal` is off, or the sealer does not seal; {@link StoreUnavailable}.
   *
   * @example
   * ```ts
   * const { rewrapped, unreadable } = await keyring.rewrap()
   * ```
   */
  rewrap(): Promise<RewrapResult>

  /**
   * Removes what is old, for a job that runs once a day: audit records after an archive of yours has them, hours of use that become
   * days, tombstones of deleted keys. Each step is a short transaction. A call may be killed anywhere, and may run beside others and
   * beside running processes: the next one goes on. Keys, their last uses, and what was counted by day stay as they are.
   *
   * That records left the log is a record of its log, of type `audit.pruned`, with the number and the hash of the last one. So
   * `audit.verify` begins after it, and the parts of the archive and the log are one chain. A log that is not as it was written is
   * left as it is, and is in `broken`. Where an organization fails, those behind it have their turn, and its error is thrown at the end.
   *
   * @param query - What to prune: see docs/retention.md. What is left out stays.
   * @param options - The actor is a user or a program, and the record's.
   * @throws {@link InvalidInput}, naming the field: also where `archive` has not read all lines.
   * @throws {@link ScopeExceedsActor} when the actor is a key.
   * @throws {@link InvalidOptions} when the store keeps everything: it has no `retention`.
   * @throws {@link StoreUnavailable}, {@link OutcomeUnknown} when the store fails; and what `archive` and `onProgress` throw.
   *
   * @example
   * ```ts
   * const days = 86_400_000
   * const { records, broken } = await keyring.prune({
   *   audit: { olderThanMs: 400 * days, archive: keepInArchive },
   *   usageOlderThanMs: 93 * days,
   *   tombstonesOlderThanMs: 400 * days,
   * })
   * if (broken.length > 0) alarm(broken)
   * ```
   */
  prune(query: PruneQuery, options?: PruneOptions): Promise<PruneResult>

  /**
   * Counts the keys of an organisation, or of one owner in it, and their calls.
   *
   * @throws {@link InvalidInput}, {@link StoreUnavailable}
   *
   * @example
   * ```ts
   * const { active, callsLast24h } = await keyring.stats({ organizationId: 'acme' })
   * const ofAda = await keyring.stats({ organizationId: 'acme', owner: { type: 'user', id: 'ada', organizationId: 'acme' } })
   * ```
   */
  stats(query: StatsQuery): Promise<KeyStats>

  /**
   * Gives calls by hour, or by day in UTC, one entry for each between `from` and `to`, as a chart needs them. At most 92 days. An
   * entry also says how many requests were refused whose token was right, by the code of the refusal: not guesses at a key.
   *
   * @throws {@link InvalidInput}, naming the field; {@link StoreUnavailable}
   *
   * @example
   * ```ts
   * const hours = await keyring.usage({ organizationId: 'acme', keyId: key.id })
   * ```
   */
  usage(query: UsageQuery): Promise<readonly UsagePoint[]>

  /**
   * Gives the same for each of up to 100 keys: for a page of a list.
   *
   * @throws {@link InvalidInput}, naming the field; {@link KeyNotFound} for a key beyond reach; {@link StoreUnavailable}
   *
   * @example
   * ```ts
   * const series = await keyring.usageOfKeys({ organizationId: 'acme', keyIds: keys.map(({ id }) => id), interval: 'day' })
   * ```
   */
  usageOfKeys(query: KeysUsageQuery): Promise<readonly KeyUsageSeries[]>

  /**
   * Gives the keys with the most calls in a span of time, most first.
   *
   * @throws {@link InvalidInput}, naming the field; {@link StoreUnavailable}
   *
   * @example
   * ```ts
   * const busiest = await keyring.topKeys({ organizationId: 'acme', limit: 5 })
   * ```
   */
  topKeys(query: TopKeysQuery): Promise<readonly UsedKey[]>

  /**
   * Examines what a running keyring rests on: the store, its schema, the peppers and seal keys that stored texts need, the clock,
   * the names in grants. For start-up and health checks: it reads up to some ten thousand keys. Of more, it looks at a sample, and
   * each finding says so. Never rejects.
   *
   * @returns what was found; nothing, if all is well.
   *
   * @example
   * ```ts
   * for (const { severity, message } of await keyring.doctor()) console.warn(severity, message)
   * ```
   */
  doctor(): Promise<readonly DoctorFinding[]>

  /**
   * Gives the methods that manage keys within a transaction of yours, so that a user and their key are made together or not at
   * all. It never begins or ends the transaction; your rollback takes the key, its place in the plan and its audit record with it.
   * A call that throws undoes what it did itself, and leaves the rest of the transaction as it was, except for
   * {@link TransactionLost}.
   *
   * Await each call before you send another statement in the transaction. The first change locks the organization until the
   * transaction ends: other changes to its keys wait, so keep it short. The database alone limits how long a call waits for it:
   * `manageTimeoutMs` holds for your own functions only. These see nothing of the transaction, unless you pass it to them; with
   * SQLite, what they read over the same connection waits until they are late.
   *
   * @param transaction - For `kyselyStore`, a transaction of Kysely or what `transactionOn` gives.
   * @throws {@link InvalidInput} for what is no transaction of the store's database.
   * @throws {@link InvalidOptions} when the store has no transactions, as `memoryStore`.
   * @throws {@link TransactionLost}, from all methods, when the transaction can do nothing more: roll it back, and run it again.
   *
   * @example
   * ```ts
   * await db.transaction().execute(async (trx) => {
   *   await trx.insertInto('users').values({ id: 'ada' }).execute()
   *   const owner = { type: 'user', id: 'ada', organizationId: 'acme' } as const
   *   await keyring.inTransaction(trx).create({ name: 'first', owner, scopes: ['tasks.read'] })
   * })
   * ```
   */
  inTransaction(transaction: object): KeyringInTransaction<A>

  /**
   * Writes the uses collected so far, waits for what runs beside the answers, and stops. It tries for `closeTimeoutMs`, and always
   * ends. The store stays the host's. Called again, it gives the same promise.
   *
   * Stop accepting requests before. Those that still run are verified as before, and counted until the last uses are written;
   * after that, each use that is not counted is told as `usage.dropped`.
   *
   * @throws {@link UsageLost} when the store did not take all uses, with their number.
   *
   * @example
   * ```ts
   * process.once('SIGTERM', async () => {
   *   await keyring.close().catch((error) => console.error(error.message))
   *   await db.destroy()
   * })
   * ```
   */
  close(): Promise<void>
}

/**
 * The methods that manage keys, within a transaction of the host's; see {@link Keyring.inTransaction}. Whoever shows a token that
 * `create` gives before the transaction is committed may show one that never works.
 */
export interface KeyringInTransaction<A extends Access = Access>
  extends Pick<
    Keyring<A>,
    'create' | 'import' | 'get' | 'list' | 'update' | 'enable' | 'disable' | 'revoke' | 'delete' | 'rotate'
  > {
  /**
   * Tells this process and the others of the keys that were changed, so that none answers from its cache. Call it when the
   * transaction has ended, also where it failed. It is needed only for a keyring with `cache`, and only after changes: no cache
   * has a new key. Without it, a change still holds everywhere `cache.ttlMs` after the commit.
   *
   * @example
   * ```ts
   * const trx = await db.startTransaction().execute()
   * const keys = keyring.inTransaction(trx)
   * try {
   *   await keys.revoke(id)
   *   await trx.commit().execute()
   * } catch (error) {
   *   await trx.rollback().execute()
   *   throw error
   * } finally {
   *   keys.ended()
   * }
   * ```
   */
  ended(): void
}

/**
 * Makes a product's keyring.
 *
 * @throws {@link InvalidOptions}, naming the option: nothing was started.
 *
 * @example
 * ```ts
 * const keyring = createKeyring({
 *   prefix: 'tk',
 *   environment: 'live',
 *   access: defineAccess({ scopes: { 'tasks.read': 'See tasks' } }),
 *   store: kyselyStore(db),
 *   hasher: hmacSha256({ current: 'p1', peppers: { p1: process.env.PEPPER } }),
 *   resolveOwner: async (owner) => (await isMember(owner)) ? { scopes: ['*'] } : null,
 * })
 * ```
 */
export function createKeyring<A extends Access>(options: KeyringOptions<A>): Keyring<A> {
  const parts = makeParts(options)
  const managing = withDeadlines(parts)
  const keyring: Keyring = {
    access: parts.access,
    audit: auditLog(managing),
    budgets: keyringBudgets(managing),
    ...managementOf(managing),
    ...tokenVerbs(managing),
    ...handoverVerbs(managing),
    importMany: async (list, manage = {}) => importMany(managing, list, checkManageOptions(manage)),
    verify: (text, asked = {}) => verifyText(parts, text, asked),
    delegate: async (principal, input) => delegate(managing, principal, input),
    reveal: async (id, manage = {}) => revealKey(managing, id, checkManageOptions(manage)),
    rewrap: () => rewrapSeals(managing),
    prune: async (query, options = {}) => prune(managing, query, options),
    runDue: async (options = {}) => runDue(managing, options),
    scheduleRotation: async (id, schedule, manage = {}) =>
      scheduleRotation(managing, id, schedule, checkChangeOptions(manage)),
    rotationOf: async (id, options = {}) => rotationOf(managing, id, readWithin(options)),
    stats: async (query) => loadStats(managing, query),
    usage: async (query) => loadUsage(managing, query),
    usageOfKeys: async (query) => loadKeysUsage(managing, query),
    topKeys: async (query) => loadTopKeys(managing, query),
    doctor: () => examine(managing),
    inTransaction: (transaction) => {
      const { inside, ended } = partsInTransaction(parts.store, managing, transaction)
      return Object.freeze({ ...managementOf(inside), ended })
    },
    close: closing(parts),
  }
  return Object.freeze(withDoor(keyring, doorOf(parts, managing))) as Keyring<A> // A only narrows names, which are checked at run time
}

/** The methods that transactions of the host's have as well. */
function managementOf(parts: ManageParts): Omit<KeyringInTransaction, 'ended'> {
  return {
    create: async (input, manage = {}) => createKey(parts, input, checkManageOptions(manage)),
    import: async (input, manage = {}) => importKey(parts, input, checkManageOptions(manage)),
    get: async (id, options = {}) => getKey(parts, id, readWithin(options)),
    list: async (query = {}) => listKeys(parts, query),
    update: async (id, changes, manage = {}) => updateKey(parts, id, changes, checkChangeOptions(manage)),
    enable: async (id, manage = {}) => enableKey(parts, id, checkTrialOptions(manage)),
    disable: async (id, input = {}, manage = {}) => disableKey(parts, id, input, checkTrialOptions(manage)),
    revoke: async (id, input = {}, manage = {}) => revokeKey(parts, id, input, checkTrialOptions(manage)),
    delete: async (id, manage = {}) => deleteKey(parts, id, checkChangeOptions(manage)),
    rotate: async (id, input = {}, manage = {}) => rotateKey(parts, id, input, checkChangeOptions(manage)),
  }
}

/** `Keyring.close`, which does its work once. */
function closing({ usage, settled, reader, unwatch, outages, closeTimeoutMs }: KeyringParts): () => Promise<void> {
  const close = async (): Promise<void> => {
    const begunAt = performance.now()
    const [written] = await Promise.allSettled([usage.close(closeTimeoutMs), withDeadline(settled, closeTimeoutMs)])
    outages.close()
    unwatch()
    // What does not let itself be stopped in time is left to the end of the process; it holds nothing that could be lost.
    const leftMs = Math.max(closeTimeoutMs - (performance.now() - begunAt), 100)
    await withDeadline(() => reader.close(), leftMs).catch(() => {})
    if (written.status === 'rejected') throw written.reason
  }
  let closed: Promise<void> | null = null
  return () => {
    closed ??= close()
    return closed
  }
}

function doorOf(parts: KeyringParts, managing: KeyringParts): KeyringDoor {
  return {
    format: parts.format,
    delegates: parts.delegates !== null,
    schedulesRotations: parts.rotation !== null && parts.store.rotations !== undefined,
    proofs: parts.proofs,
    verifyTimeoutMs: parts.verifyTimeoutMs,
    notify: (event) => {
      if (event.type === 'keyring.unavailable') parts.outages.failed(event.reason, event.error)
      else parts.emit(event)
    },
    watch: parts.watch,
    warnOfProxy: parts.warnOfProxy,
    capabilities: async ({ organizationId }) => loadCapabilities(managing, organizationId),
    environments: [...parts.namespaceOf.keys()],
    grantable: async (actor, { owner }) => grantableBy(managing, actor, { owner, environment: parts.environment }),
    rights: async (authority, { organizationId }) => rightsOf(managing, authority, organizationId),
    exportAudit: async (query, options) => beginExport(managing, query, checkManageOptions(options)),
    checkExport: async (actor, { organizationId }) => {
      await exporter(managing, organizationId, { actor })
    },
    sharesKeyWith: (sealer) => sealer.sharesKeyWith(parts.hasher),
    now: () => wrapStoreErrors(managing.store.now()),
    auditKey: parts.auditKey,
    manageTimeoutMs: parts.manageTimeoutMs,
    principalOf: (id) => principalOfKey(managing, id),
    actForKey: async (id, options, attempted) => actForKey(managing, id, checkManageOptions(options), attempted),
    exposed: quarantineExposed.bind(null, managing),
    verify: verifyCredential.bind(null, parts),
  }
}

function readWithin(options: GetOptions): KeyBoundary | undefined {
  checkNames(options, { within: true }, { Invalid: InvalidInput, defined: ['within'] })
  checkBoundary(options.within)
  return options.within
}

/** Without a frame of its own, which would cost as much as the rest of a verification: no call throws. */
function verifyText(parts: KeyringParts, text: string, asked: VerifyOptions): Promise<Verdict> {
  try {
    return Promise.resolve(verifyToken(parts, text, readRequirements(parts, asked)))
  } catch (error) {
    return Promise.reject(error)
  }
}
