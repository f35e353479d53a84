import type { Access } from '../access/index.js'
import { createTokenFactory, type Hasher, isNamespace, sha256, type TokenFactory } from '../crypto/index.js'
import { InvalidOptions } from '../errors/index.js'
import type { KeyStore } from '../store/index.js'
import { isolated, type KeyringEvent, type OnEvent } from './event.js'
import type { ResolveOwner } from './resolve-authority.js'

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
  /** How tokens are hashed. @defaultValue plain SHA-256, with a warning: set `hmacSha256` with a pepper in production */
  readonly hasher?: Hasher | undefined
  /** Asked on each verification: what the owner may do now. */
  readonly resolveOwner: ResolveOwner
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
  readonly hasher: Hasher
  readonly tokens: TokenFactory
  readonly environment: string | null
  /** The namespace of each environment that may be issued. */
  readonly namespaceOf: ReadonlyMap<string | null, string>
  readonly format: TokenFormat
  readonly resolveOwner: ResolveOwner
  readonly verifyTimeoutMs: number
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

  const names: readonly (string | null)[] = environment === null ? [null] : environments
  const namespaceOf = new Map(names.map((name) => [name, name === null ? prefix : `${prefix}_${name}`]))
  if (![...namespaceOf.values()].every(isNamespace)) {
    throw new InvalidOptions('prefix', 'at most 40 characters, the environment included')
  }
  const accepted = namespaceOf.get(environment) ?? prefix
  return Object.freeze({
    access,
    store,
    hasher: readHasher(options.hasher),
    tokens: createTokenFactory({ secretLength }),
    environment,
    namespaceOf,
    format: Object.freeze({
      namespaces: Object.freeze([accepted]),
      foreign: Object.freeze([...namespaceOf.values()].filter((namespace) => namespace !== accepted)),
      secretLength,
    }),
    resolveOwner,
    verifyTimeoutMs,
    emit: isolated(onEvent),
    ...backgroundWork(),
  })
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
