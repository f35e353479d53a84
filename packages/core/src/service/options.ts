import type { Access } from '../access/index.js'
import {
  createTokenFactory,
  type Hasher,
  isNamespace,
  type Sealer,
  sha256,
  type TokenFactory,
} from '../crypto/index.js'
import { InvalidOptions } from '../errors/index.js'
import type { RateLimiter } from '../limits/index.js'
import type { KeyStore } from '../store/index.js'
import type { RateLimit } from '../values/index.js'
import { isolated, type KeyringEvent, type OnEvent } from './event.js'
import { type Guesses, guesses } from './guesses.js'
import { type ImportOptions, type ImportSettings, readImports } from './import-settings.js'
import { type CacheOptions, type KeyReader, keyReader } from './key-reader.js'
import { type PlanInput, type Plans, type ResolvePlan, readPlans } from './plans.js'
import { type RequestLimits, requestLimits, type Use } from './request-limits.js'
import type { ResolveOwner } from './resolve-authority.js'
import { type RevealSettings, readReveal } from './reveal-settings.js'
import { type UsageBuffer, usageBuffer } from './usage-buffer.js'

/** Options of `createKeyring`. */
export interface KeyringOptions<A extends Access = Access> {
  /** The first part of every token: `tk` gives `tk_live_…`. Lower-case letters and digits, `_` between them. */
  readonly prefix: string
  /** What this process accepts, and issues by default (K4). @defaultValue none: tokens have no environment part */
  readonly environment?: string | undefined
  /** All environments that exist; a token of another is recognised, and refused. @defaultValue `[environment]` */
  readonly environments?: readonly string[] | undefined
  readonly access: A
  readonly store: KeyStore
  /**
   * Keeps keys in memory for a short time, so that most verifications read nothing. Costs a promise: a change may hold elsewhere
   * only after `ttlMs`. Each process that changes keys needs it too, to tell the others (CONS-3).
   * @defaultValue none: every change holds from the next request on, in every process
   */
  readonly cache?: CacheOptions | undefined
  /** How tokens are hashed. @defaultValue plain SHA-256, with a warning: set `hmacSha256` with a pepper in production */
  readonly hasher?: Hasher | undefined
  /** Asked on each verification: what the owner may do now. */
  readonly resolveOwner: ResolveOwner
  /** What each plan allows (K9). @defaultValue none: as many keys as anyone likes */
  readonly plans?: Readonly<Record<string, PlanInput>> | undefined
  /** Asked at each creation, and on each verification where a plan has rate limits: the name of an organisation's plan. */
  readonly resolvePlan?: ResolvePlan | undefined
  /** Whose keys a plan's `maxKeys` counts together. @defaultValue 'organization' */
  readonly countKeysBy?: 'organization' | 'owner' | undefined
  /**
   * Limits on the use of one key, by name; all of them hold at once. A plan's or a key's own limits take their place (A8).
   * @defaultValue none
   */
  readonly rateLimits?: Readonly<Record<string, RateLimit>> | undefined
  /** Where uses are counted against limits. @defaultValue `memoryRateLimiter()`: each process admits the whole limit */
  readonly rateLimiter?: RateLimiter | undefined
  /**
   * How many bad keys one client network (an IPv4 address, an IPv6 /64) may present before it is refused with 429 (RATE-6).
   * Needs `ip` at `verify`; behind a proxy, without `trustedProxies`, all clients are one network. @defaultValue no limit
   */
  readonly failureLimit?: RateLimit | undefined
  /**
   * Keeps each new token sealed, so that it can be shown again: in all environments, or in those named (ENC-1).
   * @defaultValue off
   */
  readonly reveal?: Sealer | { readonly sealer: Sealer; readonly environments: readonly string[] } | undefined
  /** Recognises keys that were imported from elsewhere (B6). @defaultValue off: a foreign token is refused without a read */
  readonly imports?: ImportOptions | undefined
  /** Lets a key be the actor of a change, within its own rights (MGMT-4). @defaultValue false */
  readonly allowKeyManagement?: boolean | undefined
  /** Keys the audit chain, so that nobody can recompute it who has the database alone (AUD-6). At least 32 bytes. @defaultValue none */
  readonly auditKey?: string | Uint8Array | undefined
  /** How long uses are collected before they are written, 100 to 60000. A crash loses no more. @defaultValue 10000 */
  readonly usageFlushMs?: number | undefined
  /** Characters of a token's secret part, 22 to 64 (TOK-1). @defaultValue 32: 190 bits */
  readonly secretLength?: number | undefined
  /** How long a verification may take before it is refused as unavailable. @defaultValue 2000 */
  readonly verifyTimeoutMs?: number | undefined
  /** Told of what happens beside the answers. @defaultValue nobody */
  readonly onEvent?: OnEvent | undefined
}

/** The options, read: what every verb works with. */
export interface Settings {
  readonly access: Access
  readonly store: KeyStore
  /** For verifications alone: everything else asks the store. */
  readonly reader: KeyReader
  readonly hasher: Hasher
  readonly tokens: TokenFactory
  readonly environment: string | null
  /** The namespace of each environment that may be issued. */
  readonly namespaceOf: ReadonlyMap<string | null, string>
  readonly format: TokenFormat
  readonly resolveOwner: ResolveOwner
  readonly verifyTimeoutMs: number
  readonly plans: Plans
  readonly rateLimits: RequestLimits
  readonly guesses: Guesses
  readonly reveal: RevealSettings | null
  readonly imports: ImportSettings | null
  readonly allowKeyManagement: boolean
  readonly auditKey: Uint8Array | undefined
  readonly usage: UsageBuffer
  /** The uses that requests which are still there have made of keys, by key id (RATE-5). */
  readonly uses: WeakMap<object, Map<string, Use>>
  readonly emit: (event: KeyringEvent) => void
  /** Keeps work that no answer waits for, until it settles; it must not reject. */
  readonly background: (work: Promise<unknown>) => void
  /** Settles when all such work has. */
  readonly settled: () => Promise<void>
}

/** What a reader of credentials has to know of a keyring's tokens. */
export interface TokenFormat {
  /** Namespaces that this process accepts. */
  readonly namespaces: readonly string[]
  /** Namespaces of the other environments. */
  readonly foreign: readonly string[]
  readonly secretLength: number
  /** Whether a token without any of these namespaces may be an imported one (TOK-15). */
  readonly opaque: boolean
}

/**
 * Checks the options once, at start-up.
 *
 * @throws {@link InvalidOptions}, naming the option.
 */
export function readOptions(options: KeyringOptions): Settings {
  const { prefix, environment = null, access, store, resolveOwner, onEvent } = options
  const { secretLength = 32, verifyTimeoutMs = 2_000 } = options
  if (typeof prefix !== 'string' || !isNamespace(prefix))
    throw new InvalidOptions('prefix', 'letters and digits such as tk')
  const environments = options.environments ?? (environment === null ? [] : [environment])
  if (
    !Array.isArray(environments) ||
    !environments.every((name) => typeof name === 'string' && /^[a-z0-9]{1,16}$/.test(name))
  ) {
    throw new InvalidOptions('environments', 'a list of names such as live and test')
  }
  if (environment === null && environments.length > 0) throw new InvalidOptions('environment', 'one of environments')
  if (environment !== null && !environments.includes(environment)) {
    throw new InvalidOptions('environment', 'one of environments')
  }
  if (!(access?.scopes instanceof Map)) throw new InvalidOptions('access', 'what defineAccess returned')
  if (typeof store?.find !== 'function') throw new InvalidOptions('store', 'a key store such as kyselyStore(db)')
  if (resolveOwner !== 'uncapped' && typeof resolveOwner !== 'function') {
    throw new InvalidOptions('resolveOwner', "a function of the owner, or 'uncapped'")
  }
  if (!Number.isSafeInteger(verifyTimeoutMs) || verifyTimeoutMs < 1 || verifyTimeoutMs > 60_000) {
    throw new InvalidOptions('verifyTimeoutMs', 'whole milliseconds from 1 to 60000')
  }
  if (onEvent !== undefined && typeof onEvent !== 'function') throw new InvalidOptions('onEvent', 'a function')

  const { allowKeyManagement = false } = options
  if (typeof allowKeyManagement !== 'boolean') throw new InvalidOptions('allowKeyManagement', 'a boolean')

  const hasher = readHasher(options.hasher)
  const emit = isolated(onEvent)
  const plans = readPlans(options)
  const names: readonly (string | null)[] = environment === null ? [null] : environments
  const namespaceOf = new Map(names.map((name) => [name, name === null ? prefix : `${prefix}_${name}`]))
  if (![...namespaceOf.values()].every(isNamespace)) {
    throw new InvalidOptions('prefix', 'at most 40 characters, the environment included')
  }
  const accepted = namespaceOf.get(environment) ?? prefix
  const work = backgroundWork()
  return Object.freeze({
    access,
    store,
    hasher,
    tokens: createTokenFactory({ secretLength }),
    environment,
    namespaceOf,
    format: Object.freeze({
      namespaces: Object.freeze([accepted]),
      foreign: Object.freeze([...namespaceOf.values()].filter((namespace) => namespace !== accepted)),
      secretLength,
      opaque: options.imports !== undefined,
    }),
    resolveOwner,
    verifyTimeoutMs,
    plans,
    rateLimits: requestLimits(options.rateLimits, options.rateLimiter, plans),
    guesses: guesses(options.failureLimit, emit),
    reveal: readReveal(options.reveal, environments, hasher),
    imports: readImports(options.imports),
    allowKeyManagement,
    auditKey: readAuditKey(options.auditKey),
    usage: usageBuffer(store, options.usageFlushMs, emit),
    uses: new WeakMap(),
    emit,
    ...work,
    // Last: it begins to listen, which wrong options must not.
    reader: keyReader(options.cache, { store, emit, background: work.background }),
  })
}

function readAuditKey(key: unknown): Uint8Array | undefined {
  if (key === undefined) return undefined
  const bytes = typeof key === 'string' ? Buffer.from(key, 'utf8') : key
  if (bytes instanceof Uint8Array && bytes.length >= 32) return Uint8Array.from(bytes)
  throw new InvalidOptions('auditKey', 'a secret of at least 32 bytes')
}

function backgroundWork(): Pick<Settings, 'background' | 'settled'> {
  const pending = new Set<Promise<unknown>>()
  return {
    background: (work) => {
      const tracked: Promise<unknown> = work.finally(() => pending.delete(tracked))
      pending.add(tracked)
    },
    settled: async () => {
      await Promise.all(pending)
    },
  }
}

function readHasher(hasher: Hasher | undefined): Hasher {
  if (hasher !== undefined) {
    if (typeof hasher?.verify !== 'function') throw new InvalidOptions('hasher', 'a hasher such as hmacSha256({ … })')
    return hasher
  }
  process.emitWarning(
    'Keys are hashed without a pepper: give createKeyring a hasher, hmacSha256({ current, peppers }).',
    {
      type: 'KeywrightWarning',
      code: 'KEYWRIGHT_NO_PEPPER',
    },
  )
  return sha256()
}
