import {
  type Access,
  type AuditRecord,
  defineAccess,
  type KeyRecord,
  type KeyringOptions,
  memoryFailureLimiter,
  memoryRateLimiter,
  type OwnerAuthority,
} from '@keywright/core'
import { checkNames, keyringOptionNames, type NamesOf } from '@keywright/core/adapter'
import type { KeyChanges, KeyStore } from '@keywright/core/store'
import { formatToken, parseToken } from '@keywright/core/token'
import { type TestKeyring as AppKeyring, testKeyring as appKeyring } from './app/test-keyring.js'
import { testOwners } from './app/test-owners.js'

export { testPeppers } from './app/test-keyring.js'
export { testOwners }

/**
 * An access model for tests, with everything that a model can have. One implied scope is sensitive, one role is a function, and
 * one resource type has levels without scopes.
 */
export const testAccess = defineAccess({
  scopes: {
    'members.read': 'View members',
    'members.invite': 'Invite members',
    'members.remove': 'Remove members',
    'reports.read': 'View reports',
    'billing.read': 'View invoices',
    'billing.pay': { description: 'Spend money', sensitive: true },
    'billing.manage': 'Change the billing plan',
    'tasks.read': 'View tasks',
    'tasks.move': 'Move tasks',
  },
  implies: { 'members.invite': ['members.read'], 'billing.manage': ['billing.pay'] },
  presets: { 'read-only': ['*.read'], people: ['members.read', 'members.invite'] },
  roles: { reader: ['members.read'], payer: ['billing.pay'], hosted: () => ['members.read'] },
  resources: {
    board: { levels: { read: ['tasks.read'], edit: ['tasks.read', 'tasks.move'] } },
    room: { levels: { see: [], enter: [] } },
  },
})

/** Options of `createKeyring` that replace the defaults of {@link testKeyring}, and the start of the clock. */
export interface TestKeyringOptions<A extends Access = typeof testAccess> extends Partial<KeyringOptions<A>> {
  /** The time at which the clock starts. @defaultValue the first of January 2040 */
  readonly startAt?: Date | undefined
}

const optionNames: NamesOf<TestKeyringOptions<Access>> = { startAt: true, ...keyringOptionNames }

/**
 * A keyring for tests, with its store, clock, events and owners. Its clock starts years ahead of the system clock, so that code with
 * the wrong clock fails.
 */
export interface TestKeyring<A extends Access = typeof testAccess> extends Omit<AppKeyring<A>, 'authorities'> {
  /** The rights of owners, by id; `null` for an owner that no longer exists. An owner without an entry may do everything. */
  readonly authorities: Map<string, OwnerAuthority | null>
}

/**
 * Creates a keyring for tests of stores, limiters and adapters: that of `@keywright/testkit/app` with the model {@link testAccess}, a
 * clock that begins in 2040, and a rate limiter that goes by the monotonic clock. An application tests with its own access model: see
 * `@keywright/testkit/app`.
 *
 * @example
 * ```ts
 * const { keyring, clock, verify } = testKeyring()
 * const { token } = await keyring.create({ name: 'ci', owner: testOwners.user, expiresAt: new Date(clock.at + 1_000) })
 * clock.advance(1_000)
 * expect(await verify(token.reveal())).toBe('api_key_expired')
 * ```
 *
 * @throws {@link InvalidOptions} when an option is unknown, or `createKeyring` refuses it.
 */
export function testKeyring(options?: TestKeyringOptions): TestKeyring
export function testKeyring<A extends Access>(options: TestKeyringOptions<A> & { readonly access: A }): TestKeyring<A>
export function testKeyring(options: TestKeyringOptions<Access> = {}): TestKeyring<Access> {
  checkNames(options, optionNames)
  const { access = testAccess, startAt = new Date(Date.UTC(2040, 0, 1)), ...others } = options
  // Tests of limiters wait for windows, or move the clock of the process.
  const failureLimiter = others.failureLimit === undefined ? {} : { failureLimiter: memoryFailureLimiter() }
  return appKeyring<Access>(access, { startAt, rateLimiter: memoryRateLimiter(), ...failureLimiter, ...others })
}

/** Returns the stored record of a key. @throws Error when the store does not have the key. */
export async function recordOf(store: KeyStore, id: string): Promise<KeyRecord> {
  const found = await store.find(id)
  if (found === null) throw new Error(`The store has no key ${id}.`)
  return found.record
}

/** Changes a stored record directly, without checks and without an audit record. */
export async function writeRecord(store: KeyStore, id: string, changes: KeyChanges): Promise<void> {
  await store.change(id, { quota: null, decide: () => ({ write: changes, audit: [] }) })
}

/** Returns all audit records of an organization, oldest first. */
export function auditOf(
  store: KeyStore,
  organizationId: string = testOwners.user.organizationId,
): Promise<readonly AuditRecord[]> {
  return store.listAudit({ organizationId, order: 'asc', limit: 10_000 })
}

/** Returns a well-formed token with the key id of `token` and a wrong secret. */
export function wrongSecret(token: string): string {
  const parts = parseToken(token, { namespaces: ['tk_live', 'tk_test', 'tk'] })
  if (!parts.ok) throw new Error(`This is not a token of testKeyring(): ${parts.reason}.`)
  return formatToken({ ...parts, secret: 'x'.repeat(32) })
}
