import {
  type Access,
  type AuditRecord,
  createKeyring,
  defineAccess,
  hmacSha256,
  type KeyRecord,
  type Keyring,
  type KeyringEvent,
  type KeyringOptions,
  memoryStore,
  type Owner,
  type OwnerAuthority,
} from '@keywright/core'
import { checkNames, keyringOptionNames, type NamesOf } from '@keywright/core/adapter'
import type { KeyChanges, KeyStore } from '@keywright/core/store'
import { formatToken, parseToken } from '@keywright/core/token'

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

/** Owners for tests: an organization, two of its users, and a user of another organization. */
export const testOwners = {
  organization: { type: 'organization', id: 'org1' },
  user: { type: 'user', id: 'u1', organizationId: 'org1' },
  colleague: { type: 'user', id: 'u2', organizationId: 'org1' },
  stranger: { type: 'user', id: 'u3', organizationId: 'org2' },
} as const satisfies Record<string, Owner>

/** Two peppers for `hmacSha256`. {@link testKeyring} hashes with `p1`. */
export const testPeppers = {
  p1: 'first pepper, of 32 bytes or more',
  p2: 'second pepper, of 32 bytes or so',
} as const

/** Options of `createKeyring` that replace the defaults of {@link testKeyring}, and the start of the clock. */
export interface TestKeyringOptions<A extends Access = typeof testAccess> extends Partial<KeyringOptions<A>> {
  /** The time at which the clock starts. @defaultValue the first of January 2040 */
  readonly startAt?: Date | undefined
}

const optionNames: NamesOf<TestKeyringOptions<Access>> = { startAt: true, ...keyringOptionNames }

/** A keyring for tests, with its store, clock, events and owners. */
export interface TestKeyring<A extends Access = typeof testAccess> {
  readonly keyring: Keyring<A>
  readonly store: KeyStore
  /**
   * The clock of the memory store, in milliseconds since 1970. Assign `at` to move it. It has no effect on a store in the options.
   * It starts years ahead of the system clock, so that code with the wrong clock fails.
   */
  readonly clock: { at: number }
  /** All events of the keyring, oldest first. */
  readonly events: KeyringEvent[]
  /**
   * The rights of owners, by id; `null` for an owner that no longer exists. An owner without an entry may do everything. Not used
   * if the options have a `resolveOwner`.
   */
  readonly authorities: Map<string, OwnerAuthority | null>
  /** Verifies a token, and returns `'ok'` or the code of the refusal. */
  verify(token: string): Promise<string>
}

/**
 * Creates a keyring for tests. It has the prefix `tk`, the environments `live` (current) and `test`, the model {@link testAccess},
 * a memory store with a clock that the test sets, and a hasher with the pepper `p1` of {@link testPeppers}.
 *
 * @example
 * ```ts
 * const { keyring, clock, verify } = testKeyring()
 * const { token } = await keyring.create({ name: 'ci', owner: testOwners.user, expiresAt: new Date(clock.at + 1_000) })
 * clock.at += 1_000
 * expect(await verify(token.reveal())).toBe('api_key_expired')
 * ```
 *
 * @throws {@link InvalidOptions} when an option is unknown, or `createKeyring` refuses it.
 */
export function testKeyring(options?: TestKeyringOptions): TestKeyring
export function testKeyring<A extends Access>(options: TestKeyringOptions<A> & { readonly access: A }): TestKeyring<A>
export function testKeyring(options: TestKeyringOptions<Access> = {}): TestKeyring<Access> {
  checkNames(options, optionNames)
  const { startAt = new Date(Date.UTC(2040, 0, 1)), access = testAccess, ...others } = options
  const clock = { at: startAt.getTime() }
  const events: KeyringEvent[] = []
  const authorities = new Map<string, OwnerAuthority | null>()
  const everything: OwnerAuthority = {
    scopes: ['*'],
    levelsOf: (type, ids) => Object.fromEntries(ids.map((id) => [id, access.resources.get(type)?.levels.at(-1)])),
  }
  const store = others.store ?? memoryStore({ now: () => new Date(clock.at) })
  const keyring = createKeyring({
    prefix: 'tk',
    environment: 'live',
    environments: ['live', 'test'],
    hasher: hmacSha256({ current: 'p1', peppers: testPeppers }),
    resolveOwner: ({ id }) => authorities.get(id) ?? (authorities.has(id) ? null : everything),
    onEvent: (event) => events.push(event),
    ...others,
    access,
    store,
  })
  const verify = async (token: string): Promise<string> => {
    const verdict = await keyring.verify(token)
    return verdict.ok ? 'ok' : verdict.refusal.code
  }
  return { keyring, store, clock, events, authorities, verify }
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
