import {
  type Access,
  createKeyring,
  hmacSha256,
  InvalidOptions,
  type Keyring,
  type KeyringEvent,
  type KeyringOptions,
  memoryFailureLimiter,
  memoryRateLimiter,
  memoryStore,
  type OwnerAuthority,
  type RoleOf,
  type ScopeOf,
  type ScopePattern,
} from '@keywright/core'
import { checkNames, keyringOptionNames, type NamesOf } from '@keywright/core/adapter'
import type { KeyStore } from '@keywright/core/store'
import { type BreakableStore, breakable } from './breakable-store.js'
import { type TestClock, testClock } from './test-clock.js'

/** Two peppers for `hmacSha256`. {@link testKeyring} hashes with `p1`. */
export const testPeppers = {
  p1: 'first pepper, of 32 bytes or more',
  p2: 'second pepper, of 32 bytes or so',
} as const

/** What an owner may do in a test: what `resolveOwner` would answer, with the names of the access model. */
export interface TestAuthority<A extends Access = Access> extends OwnerAuthority {
  /** @defaultValue none */
  readonly scopes?: readonly ScopePattern<ScopeOf<A>>[] | undefined
  /** @defaultValue none */
  readonly roles?: readonly RoleOf<A>[] | undefined
}

/**
 * Options of `createKeyring` that replace the defaults of {@link testKeyring}, and the start of the clock. One that is `undefined` has
 * the default of `createKeyring`: `environment: undefined` makes tokens without an environment.
 */
export interface TestKeyringOptions<A extends Access = Access> extends Partial<Omit<KeyringOptions<A>, 'access'>> {
  /** The time at which the clock starts. @defaultValue the time of the system when the keyring is made */
  readonly startAt?: Date | undefined
}

const { access: _, ...othersOfKeyring } = keyringOptionNames
const optionNames: NamesOf<TestKeyringOptions> = { startAt: true, ...othersOfKeyring }

/** A keyring for tests, with its store, clock, events and owners. */
export interface TestKeyring<A extends Access = Access> {
  readonly keyring: Keyring<A>
  readonly store: KeyStore
  /** The clock of the keyring. It stands still until the test moves it, and has no effect on a store or limiter in the options. */
  readonly clock: TestClock
  /** All events of the keyring, oldest first. Empty if the options have an `onEvent`, which is told in its place. */
  readonly events: KeyringEvent[]
  /**
   * The rights of owners, by id; `null` for an owner that no longer exists. An owner without an entry may do everything. What the
   * test sets holds from the next request on. Not used if the options have a `resolveOwner`.
   *
   * @example
   * ```ts
   * authorities.set('ada', { scopes: ['tasks.read'] }) // demoted
   * authorities.set('ada', null) // has left
   * ```
   */
  readonly authorities: Map<string, TestAuthority<A> | null>
  /** Verifies a token, and returns `'ok'` or the code of the refusal. */
  verify(token: string): Promise<string>
  /**
   * Lets every call of the store fail until `mendStore()`, as if its database were away: requests get 503 `auth_unavailable`.
   *
   * @throws {@link InvalidOptions} when the options have a `store`: then break that one.
   */
  breakStore(): void
  /**
   * Ends what `breakStore` began. After five failures in a row, the keyring asks the store again only every quarter of a second.
   *
   * @throws {@link InvalidOptions} when the options have a `store`.
   */
  mendStore(): void
}

/**
 * Creates a keyring for the tests of an application, over its access model. It has a memory store, a clock that the test moves,
 * the prefix `tk`, the environments `live` (current) and `test`, and a fixed pepper. It needs no test runner in particular.
 *
 * @throws {@link InvalidOptions} when an option is unknown, or `createKeyring` refuses it.
 *
 * @example
 * ```ts
 * const { keyring, clock, authorities } = testKeyring(access)
 * const app = createApp(keyring)
 * const { authorization } = await issueTestKey(keyring, { scopes: ['tasks.read'] })
 * authorities.set(testOwners.user.id, { scopes: [] })
 * const { status } = await app.request('/tasks', { headers: { authorization } }) // 403
 * ```
 */
export function testKeyring<A extends Access>(access: A, options: TestKeyringOptions<A> = {}): TestKeyring<A> {
  checkNames(options, optionNames)
  const { startAt = new Date(), ...others } = options
  const clock = testClock(startAt)
  const events: KeyringEvent[] = []
  const authorities = new Map<string, TestAuthority<A> | null>()
  const everything: OwnerAuthority = {
    scopes: ['*'],
    levelsOf: (type, ids) => Object.fromEntries(ids.map((id) => [id, access.resources.get(type)?.levels.at(-1)])),
  }
  const { store, ...outage } = storeOf(others.store, clock)
  const keyring = createKeyring<A>({
    prefix: 'tk',
    environment: 'live',
    environments: ['live', 'test'],
    hasher: hmacSha256({ current: 'p1', peppers: testPeppers }),
    resolveOwner: ({ id }) => authorities.get(id) ?? (authorities.has(id) ? null : everything),
    onEvent: (event) => events.push(event),
    rateLimiter: memoryRateLimiter({ now: clock.now }),
    ...(others.failureLimit === undefined ? {} : { failureLimiter: memoryFailureLimiter({ now: clock.now }) }),
    ...others,
    access,
    store,
  })
  const verify = async (token: string): Promise<string> => {
    const verdict = await keyring.verify(token)
    return verdict.ok ? 'ok' : verdict.refusal.code
  }
  return { keyring, store, clock, events, authorities, verify, breakStore: outage.break, mendStore: outage.mend }
}

function storeOf(given: KeyStore | undefined, { now }: TestClock): BreakableStore {
  return given === undefined ? breakable(memoryStore({ now })) : { store: given, break: unbreakable, mend: unbreakable }
}

function unbreakable(): never {
  const message =
    'breakStore and mendStore are for the memory store of testKeyring: leave the option store out to use them.'
  throw new InvalidOptions('store', 'left out', message)
}
