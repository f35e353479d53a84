import type { ExportQuery } from '../audit/index.js'
import type { Credential, Sealer, TokenFormat } from '../crypto/index.js'
import type { Grantable, KeyRights } from '../delegation/index.js'
import { InvalidOptions } from '../errors/index.js'
import type { ManageOptions } from '../input/index.js'
import type { Exposure } from '../leaks/index.js'
import type { ActingOnKey, KeyringWatcher } from '../manage/index.js'
import type { ProxyWarning } from '../outage/index.js'
import type { Proofs } from '../proof/index.js'
import type { Capabilities } from '../reads/index.js'
import type { AuditKey } from '../store/index.js'
import type { Actor, AuditRecord, MaybePromise, Owner } from '../values/index.js'
import type { Requirements, Verdict } from '../verdict/index.js'
import type { KeyringEvent, OwnerAuthority, Unavailable } from '../verify/index.js'

/** What adapters and pages need of a keyring, and its users do not. */
export interface KeyringDoor {
  /** What tokens look like. */
  readonly format: TokenFormat
  /** Whether tokens may be delegated: then an actor that is a key must say with which token it came. */
  readonly delegates: boolean
  /** Whether keys may have schedules: there is a function that delivers new tokens, and a store that keeps schedules. */
  readonly schedulesRotations: boolean
  /** What is checked of bound keys; without kinds, nothing. */
  readonly proofs: Pick<Proofs, 'kinds' | 'certificateHeader' | 'nonce'>
  /** How long a verification may take, where a guard says nothing else. */
  readonly verifyTimeoutMs: number
  /** Hands an event to the host's `onEvent`; of a request that was refused as unavailable, it makes an outage. */
  notify(event: KeyringEvent | Unavailable): void
  /** Adds a watcher of events and changes, and gives what removes it. */
  watch(watcher: KeyringWatcher): () => void
  /** Tells the operator of a proxy at this address that nobody named. */
  readonly warnOfProxy: ProxyWarning
  /** What an organisation may ask of `create` now: for pages and menus. */
  capabilities(query: { readonly organizationId: string }): Promise<Capabilities>
  /** The environments that keys can be issued in; `[null]`: tokens have no environment part. */
  readonly environments: readonly (string | null)[]
  /** What an actor may give to a new key of this owner now, in the default environment: for pages and menus. */
  grantable(actor: Actor, query: { readonly owner: Owner }): Promise<Grantable>
  /** What somebody with these scopes and roles may do: for layers whose callers the host itself has logged in. */
  rights(
    authority: Pick<OwnerAuthority, 'scopes' | 'roles'>,
    query: { readonly organizationId: string },
  ): Promise<{ allows(scope: string): boolean }>
  /** Records an export of the audit log, as `audit.export` does, and gives its records: for a form of one's own. */
  exportAudit(query: ExportQuery, options: ManageOptions): Promise<AsyncIterable<AuditRecord>>
  /** Refuses an actor that may export no log of the organisation, as an export would. It records nothing. */
  checkExport(actor: Actor, query: { readonly organizationId: string }): Promise<void>
  /** Whether one of a sealer's keys is also a pepper: one secret must not serve two purposes. */
  sharesKeyWith(sealer: Sealer): boolean
  /** The store's clock. */
  now(): Promise<Date>
  /** The key for new audit records. */
  readonly auditKey: AuditKey | undefined
  /** How long one answer may take that a verb waits for. */
  readonly manageTimeoutMs: number
  /** What a key may do now, without its token: for work that is done in its name. What cannot be known throws. */
  principalOf(keyId: string): Promise<KeyRights>
  /**
   * Makes sure that a caller may manage something that belongs to a key. With `attempted`, it is given all that the key has, and
   * must have it itself, as for a rotation.
   */
  actForKey(id: string, options: ManageOptions, attempted: string | null): Promise<ActingOnKey>
  /** Tells of a key that came where others can read it. With `quarantineExposed`, it is disabled beside the answer. */
  exposed(exposure: Exposure, ip: string | null): void
  /** Verifies a credential that was read already. Never throws or rejects. What is known at once is no promise. */
  verify(credential: Credential, requirements: Requirements, timeoutMs: number): MaybePromise<Verdict>
}

// By name, so that a keyring of another copy of this package is known as well.
const door: unique symbol = Symbol.for('keywright.door')

/** Puts the door into a keyring, where a copy of its fields (`{ ...keyring }`) does not take it along. */
export function withDoor<K extends object>(keyring: K, opened: KeyringDoor): K {
  return Object.defineProperty(keyring, door, { value: Object.freeze(opened), enumerable: false })
}

/**
 * Makes a keyring that does some things in another way, for guards and adapters, too: those ask its door, which a plain wrapper does
 * not have. The given keyring stays as it is.
 *
 * @param methods - What users of the keyring call.
 * @param opened - What adapters call.
 * @throws {@link InvalidOptions} for what `createKeyring` did not make.
 */
export function wrapKeyring<K extends object>(keyring: K, methods: Partial<K>, opened: Partial<KeyringDoor>): K {
  const within = adapterOf(keyring)
  return Object.freeze(withDoor({ ...keyring, ...methods }, { ...within, ...opened }))
}

/**
 * Gives what authors of adapters need of a keyring.
 *
 * @throws {@link InvalidOptions} for what `createKeyring` did not make: a wrapper would be gone round, not asked.
 */
export function adapterOf(keyring: object): KeyringDoor {
  const found = (keyring as { readonly [door]?: KeyringDoor } | null | undefined)?.[door]
  if (found !== undefined) return found
  throw new InvalidOptions('keyring', 'what createKeyring returned')
}
