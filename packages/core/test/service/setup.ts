import { formatToken, parseToken } from '../../src/crypto/token.js'
import {
  type AuditRecord,
  createKeyring,
  defineAccess,
  hmacSha256,
  type KeyringEvent,
  type KeyringOptions,
  type KeyStore,
  memoryStore,
} from '../../src/index.js'
import type { KeyChanges } from '../../src/store/index.js'
import type { KeyRecord } from '../../src/values/index.js'

type HostedRole = (organizationId: string) => readonly string[] | Promise<readonly string[]>

/** The access model of these tests; the role `hosted` asks the host. */
export function accessWith(hosted: HostedRole) {
  return defineAccess({
    scopes: {
      'members.read': 'See members',
      'members.invite': 'Invite members',
      'reports.read': 'See reports',
      'billing.manage': { description: 'Spend money', sensitive: true },
      'tasks.read': 'See tasks',
      'tasks.move': 'Move tasks',
    },
    implies: { 'members.invite': ['members.read'] },
    presets: { 'read-only': ['*.read'], people: ['members.read', 'members.invite'] },
    roles: { planner: ['reports.*'], hosted },
    resources: { board: { levels: { read: ['tasks.read'], edit: ['tasks.move'] } } },
  })
}

export const access = accessWith(() => [])

export const peppers = { p1: 'first pepper, of 32 bytes or more', p2: 'second pepper, of 32 bytes or so' }

export const owner = { type: 'user', id: 'u1', organizationId: 'org1' } as const
export const good = { name: 'ci', owner } as const

/** Years ahead of the process's clock, so that whoever asks the wrong one is found out (CONS-10). */
export const start = Date.UTC(2040, 0, 1)

/** Stands in for `target` and notes which methods are called; a stub takes a method's place. */
export function spyOn<T extends object>(target: T) {
  const calls: string[] = []
  const stubs: Partial<T> = {}
  const spy = new Proxy(target, {
    get: (_, name) => {
      const member: unknown = Reflect.get(stubs, name) ?? Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...args: unknown[]) => {
        calls.push(String(name))
        return Reflect.apply(member, target, args)
      }
    },
  })
  return { spy, calls, stubs }
}

/** A keyring on a memory store of its own, with its clock, its spies and all that it has told `onEvent`. */
export function open(options: Partial<KeyringOptions<typeof access>> = {}) {
  const clock = { at: start }
  const store = options.store ?? memoryStore({ now: () => new Date(clock.at) })
  const storage = spyOn(store)
  const hashing = spyOn(options.hasher ?? hmacSha256({ current: 'p1', peppers }))
  const events: KeyringEvent[] = []
  const keyring = createKeyring({
    prefix: 'tk',
    environment: 'live',
    environments: ['live', 'test'],
    access,
    resolveOwner: () => ({ scopes: ['*'], levels: () => 'edit' }),
    onEvent: (event) => events.push(event),
    ...options,
    store: storage.spy,
    hasher: hashing.spy,
  })
  return { clock, keyring, store, storage, hashing, events }
}

/** All audit records of an organisation. */
export function auditOf(store: KeyStore, organizationId = 'org1'): Promise<readonly AuditRecord[]> {
  return store.listAudit({ organizationId, order: 'asc', limit: 10_000 })
}

/** The record behind a key. */
export async function recordOf(store: KeyStore, id: string): Promise<KeyRecord> {
  const found = await store.find(id)
  if (found === null) throw new Error(`No record ${id}`)
  return found.record
}

/** Writes to a record behind the keyring's back. */
export async function write(store: KeyStore, id: string, changes: KeyChanges): Promise<void> {
  await store.change(id, { quota: null, decide: () => ({ write: changes, audit: [] }) })
}

/** The parts of a token of these tests. */
export function partsOf(token: string) {
  const parts = parseToken(token, { namespaces: ['tk_live', 'tk_test', 'tk'] })
  if (!parts.ok) throw new Error(`No token: ${parts.reason}`)
  return parts
}

/** A well-formed token that differs in the parts given. */
export function forge(token: string, parts: { readonly id?: string; readonly secret?: string }): string {
  return formatToken({ ...partsOf(token), ...parts })
}

/** A well-formed token of the same key with a wrong secret. */
export function wrong(token: string): string {
  return forge(token, { secret: 'x'.repeat(32) })
}

/** Never settles. */
export function hang(): Promise<never> {
  return new Promise(() => {})
}
