import { formatToken, parseToken } from '../../src/crypto/token.js'
import {
  type AuditRecord,
  createKeyring,
  defineAccess,
  hmacSha256,
  type Keyring,
  type KeyringEvent,
  type KeyringOptions,
  type KeyStore,
  memoryStore,
} from '../../src/index.js'
import type { KeyChanges } from '../../src/store/index.js'
import type { KeyRecord } from '../../src/values/index.js'

export const access = defineAccess({
  scopes: { 'members.read': 'See members', 'members.invite': 'Invite members' },
  roles: { reader: ['members.read'] },
})

export type RotationKeyring = Keyring<typeof access>

export const peppers = { p1: 'first pepper, of 32 bytes or more', p2: 'second pepper, of 32 bytes or so' }
export const owner = { type: 'user', id: 'u1', organizationId: 'org1' } as const
export const input = { name: 'ci', owner, scopes: ['members.read'] } as const

/** Years ahead of the process's clock, so that whoever asks the wrong one is found out (CONS-10). */
export const start = Date.UTC(2040, 0, 1)

/**
 * A keyring over a memory store with a clock of its own. `store` may be given methods in place of its own, and `told` is all
 * that `onEvent` heard.
 */
export function open(options: Partial<KeyringOptions<typeof access>> = {}) {
  const clock = { at: start }
  const store: KeyStore = options.store ?? memoryStore({ now: () => new Date(clock.at) })
  const told: KeyringEvent[] = []
  const keyring = createKeyring({
    prefix: 'tk',
    environment: 'live',
    environments: ['live', 'test'],
    access,
    hasher: hmacSha256({ current: 'p1', peppers }),
    resolveOwner: () => ({ scopes: ['*'] }),
    onEvent: (event) => told.push(event),
    ...options,
    store,
  })
  /** What a verification says: `ok`, or the refusal's code. */
  const verify = async (token: string): Promise<string> => {
    const verdict = await keyring.verify(token)
    return verdict.ok ? 'ok' : verdict.refusal.code
  }
  return { clock, store, keyring, told, verify }
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

/** All audit records of an organisation, oldest first. */
export function auditOf(
  store: KeyStore,
  organizationId: string = owner.organizationId,
): Promise<readonly AuditRecord[]> {
  return store.listAudit({ organizationId, order: 'asc', limit: 10_000 })
}

/** A well-formed token of the same key with a wrong secret. */
export function wrong(token: string): string {
  const parts = parseToken(token, { namespaces: ['tk_live'] })
  if (!parts.ok) throw new Error(`No token: ${parts.reason}`)
  return formatToken({ ...parts, secret: 'x'.repeat(32) })
}
