import type { Access, ScopeOf } from '../access/index.js'
import type { AuditKeyRing } from '../audit/index.js'
import type { CacheOptions } from '../cache/index.js'
import type { NamesOf } from '../check/index.js'
import type { FormerFormat, Hasher, ImportOptions, Sealer } from '../crypto/index.js'
import type { DelegateOption } from '../delegates/index.js'
import type { NoticesOptions, RotationOptions } from '../due/index.js'
import type { FailureLimiter, RateLimiter } from '../limits/index.js'
import type { PlanInput, ResolvePlan } from '../plans/index.js'
import type { PolicyInput } from '../policy/index.js'
import type { ProofOption } from '../proof/index.js'
import type { BudgetOptions } from '../spending/index.js'
import type { KeyStore } from '../store/index.js'
import type { RateLimit, StandardRateLimit } from '../values/index.js'
import type { OnEvent, ResolveOwner } from '../verify/index.js'

/** What makes a keyring: see `createKeyring`. */
export interface KeyringOptions<A extends Access = Access> extends DelegateOption, ProofOption {
  /** The first part of every token: `tk` gives `tk_live_…`. Lower-case letters and digits, `_` between them. */
  readonly prefix: string
  /** What this process accepts, and issues by default. @defaultValue none: tokens have no environment part */
  readonly environment?: string | undefined
  /** All environments that exist; a token of another is recognised, and refused. @defaultValue `[environment]` */
  readonly environments?: readonly string[] | undefined
  readonly access: A
  readonly store: KeyStore
  /**
   * Keeps keys in memory for a short time, so that most verifications read nothing. Costs a promise: a change may hold elsewhere
   * only after `ttlMs`. Each process that changes keys needs it too, to tell the others.
   * @defaultValue none: every change holds from the next request on, in every process
   */
  readonly cache?: CacheOptions | undefined
  /** How tokens are hashed. @defaultValue plain SHA-256, with a warning: set `hmacSha256` with a pepper in production */
  readonly hasher?: Hasher | undefined
  /** Asked on each verification: what the owner may do now. */
  readonly resolveOwner: ResolveOwner
  /** What each plan allows. @defaultValue none: as many keys as anyone likes */
  readonly plans?: Readonly<Record<string, PlanInput>> | undefined
  /** Asked at each creation, and on each verification where a plan has rate limits: the name of an organisation's plan. */
  readonly resolvePlan?: ResolvePlan | undefined
  /**
   * What all keys must be like: held whenever one is made, imported, copied, rotated or enabled, and in what an update changes. What
   * breaks it is refused as `policy_violated`. Keys that are there already go on working: `list` finds them by `breaksPolicy`, and
   * `doctor` tells of them. Counted from the creation of a key, by the clock of the store. @defaultValue none
   */
  readonly policy?: PolicyInput | undefined
  /** Whose keys a plan's `maxKeys` counts together. @defaultValue 'organization' */
  readonly countKeysBy?: 'organization' | 'owner' | undefined
  /**
   * Limits on the use of keys, by name; all of them hold at once. Each counts the calls of one key, or, with `per`, of all keys of an
   * owner or an organization together. A plan's take the place of all of them, and a key's own of those that are not shared.
   * @defaultValue none
   */
  readonly rateLimits?: Readonly<Record<string, StandardRateLimit>> | undefined
  /**
   * Credits that calls cost, for all keys of an owner or of an organization together. A plan's own take their place. A key's own
   * budget is a setting of the key. @defaultValue none
   */
  readonly budgets?: BudgetOptions | undefined
  /** Where uses are counted against limits. @defaultValue `memoryRateLimiter()`: each process admits the whole limit */
  readonly rateLimiter?: RateLimiter | undefined
  /**
   * How many bad keys one client network (an IPv4 address, an IPv6 /64) may present in a window before it is refused with 429; a
   * whole IPv6 /48 may present 16 times as many. Good keys do not count, but whether a key is good shows only after it was looked
   * up: so of one network no more than `limit` keys are looked up at a time, and further requests wait for them. Set it no lower
   * than the number of requests that your busiest network has under way at once.
   *
   * A guess counts also where its answer came too late; an outage of yours does not. Needs `ip` at `verify`; behind a proxy,
   * without `trustedProxies`, all clients are one network. Where `imports.slowHasher` is set, it must be.
   * @defaultValue no limit
   */
  readonly failureLimit?: RateLimit | undefined
  /**
   * Where failures are counted: `redisFailureLimiter(client)` of `@keywright/redis` counts for all processes together. Needs
   * `failureLimit`. @defaultValue `memoryFailureLimiter()`: each process counts by itself
   */
  readonly failureLimiter?: FailureLimiter | undefined
  /**
   * Keeps each new token sealed, so that it can be shown again: in all environments, or in those named.
   * @defaultValue off
   */
  readonly reveal?: Sealer | { readonly sealer: Sealer; readonly environments: readonly string[] } | undefined
  /** Recognises keys that were imported from elsewhere. @defaultValue off: a foreign token is refused without a read */
  readonly imports?: ImportOptions | undefined
  /** Lets a key be the actor of a change, within its own rights. @defaultValue false */
  readonly allowKeyManagement?: boolean | undefined
  /**
   * The scope that is the right to manage the keys of others. Whoever has it may give a role that they do not have themselves, if
   * they have all that it says, and may enable a key that somebody else disabled. @defaultValue 'api_keys.manage_all', if the catalog has it; else only whoever has everything may
   */
  readonly manageScope?: ScopeOf<A> | undefined
  /**
   * Secret keys of the audit chain, so that nobody can recompute it who has the database alone. Every process needs the ring. To
   * introduce it into a log, set `plainUntil`; to change the key, give the new one to all processes before it becomes `current`.
   * @defaultValue none: plain SHA-256
   */
  readonly auditKeys?: AuditKeyRing | undefined
  /** Of which keys `runDue` tells: of those that expire soon, and of those that nobody uses. @defaultValue of none */
  readonly notices?: NoticesOptions | undefined
  /** Lets keys have schedules, and says where `runDue` delivers their new tokens. @defaultValue no key has a schedule */
  readonly rotation?: RotationOptions | undefined
  /** How long uses are collected before they are written, 100 to 60000. A crash loses no more. @defaultValue 10000 */
  readonly usageFlushMs?: number | undefined
  /**
   * Disables a key that a guard saw in a URL or, with its `requireHttps`, over plain HTTP: with the reason `leaked`, and locked, so that
   * its owner cannot enable it. Only where the token is right: nobody ends the keys of others by guessing. @defaultValue false
   */
  readonly quarantineExposed?: boolean | undefined
  /** Characters of a token's secret part, 22 to 64. @defaultValue 32: 190 bits */
  readonly secretLength?: number | undefined
  /**
   * Formats that tokens had before `prefix`, an environment or `secretLength` changed. Such tokens are recognised and verified as
   * those of today; new ones, also those of a rotation, have the format of today. @defaultValue none
   */
  readonly formerly?: readonly FormerFormat[] | undefined
  /** How long a verification may take before it is refused as unavailable, in milliseconds, 1 to 60000. @defaultValue 2000 */
  readonly verifyTimeoutMs?: number | undefined
  /**
   * How long all other methods wait for one answer of the store, or of a function or service of yours, in milliseconds, 1 to
   * 60000. After that they throw `store_unavailable` or `host_unavailable`, with nothing changed; or `outcome_unknown`, where a
   * change may have been made. @defaultValue 10000
   */
  readonly manageTimeoutMs?: number | undefined
  /**
   * How long `close` tries to write the uses that were counted, in milliseconds, 1 to 60000. Make it shorter than the time that
   * your platform leaves a process to end. @defaultValue 5000
   */
  readonly closeTimeoutMs?: number | undefined
  /**
   * Told of what happens beside the answers. @defaultValue process warnings, once a minute a kind, while requests are refused
   * because something fails, or uses cannot be written
   */
  readonly onEvent?: OnEvent | undefined
}

/** The fields of {@link KeyringOptions}. */
export const keyringOptionNames: NamesOf<KeyringOptions> = {
  prefix: true,
  environment: true,
  environments: true,
  access: true,
  store: true,
  cache: true,
  hasher: true,
  resolveOwner: true,
  plans: true,
  resolvePlan: true,
  policy: true,
  countKeysBy: true,
  rateLimits: true,
  budgets: true,
  rateLimiter: true,
  failureLimit: true,
  failureLimiter: true,
  reveal: true,
  imports: true,
  delegates: true,
  proofs: true,
  allowKeyManagement: true,
  manageScope: true,
  auditKeys: true,
  notices: true,
  rotation: true,
  usageFlushMs: true,
  quarantineExposed: true,
  secretLength: true,
  formerly: true,
  verifyTimeoutMs: true,
  manageTimeoutMs: true,
  closeTimeoutMs: true,
  onEvent: true,
}
