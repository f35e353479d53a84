import { auditOf, recordOf, testKeyring, testOwners, testPeppers, writeRecord, wrongSecret } from '@keywright/testkit'
import { defineAccess } from '../../src/access/define-access.js'
import { formatToken } from '../../src/crypto/format-token.js'
import { hmacSha256 } from '../../src/crypto/hmac-sha256.js'
import { parseToken } from '../../src/crypto/parse-token.js'
import type { Keyring } from '../../src/keyring/keyring.js'
import type { KeyringOptions } from '../../src/keyring/options.js'
import { memoryStore } from '../../src/memory/memory-store.js'

export { auditOf, recordOf, writeRecord as write, wrongSecret as wrong }

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
    roles: { planner: ['reports.*'], reader: ['members.read'], hosted },
    resources: { board: { levels: { read: ['tasks.read'], edit: ['tasks.move'] } } },
  })
}

export const access = accessWith(() => [])

export type TestedKeyring = Keyring<typeof access>

export const peppers = testPeppers

export const owner = testOwners.user
export const good = { name: 'ci', owner } as const
/** What to create where it does not matter. */
export const input = { ...good, scopes: ['members.read'] } as const

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

/** `testKeyring`, with spies on its store and its hasher. */
export function open(options: Partial<KeyringOptions<typeof access>> = {}) {
  const clock = { at: start }
  const store = options.store ?? memoryStore({ now: () => new Date(clock.at) })
  const storage = spyOn(store)
  const hashing = spyOn(options.hasher ?? hmacSha256({ current: 'p1', peppers }))
  const { keyring, events, verify } = testKeyring({ access, ...options, store: storage.spy, hasher: hashing.spy })
  return { clock, keyring, store, storage, hashing, events, verify }
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

/** Never settles. */
export function hang(): Promise<never> {
  return new Promise(() => {})
}
