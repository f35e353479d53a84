import { type Access, type LevelsOf, requireScopes, type ScopeOf } from '../access/index.js'
import type { Secret } from '../crypto/index.js'
import { InvalidInput } from '../errors/index.js'
import type { HourOfUse } from '../store/index.js'
import type { Key, ResourceRef } from '../values/index.js'
import { type AuditLog, auditLog } from './audit-log.js'
import { type Created, createKey } from './create.js'
import type { CreateInput, CreateLikeInput } from './create-input.js'
import { deleteKey } from './delete.js'
import { examine, type Finding } from './doctor.js'
import type { KeyringEvent } from './event.js'
import { getKey } from './get.js'
import { type ImportInput, importKey } from './import-key.js'
import { type ListPage, type ListQuery, listKeys } from './list.js'
import type { ManageOptions, Within } from './manage-options.js'
import { type Offer, readOffer } from './offer.js'
import { type KeyringOptions, readOptions, type Settings, type TokenFormat } from './options.js'
import type { OwnerAuthority } from './resolve-authority.js'
import { revealKey } from './reveal.js'
import { type RevokeOptions, revokeKey } from './revoke.js'
import { type Rewrapped, rewrapSeals } from './rewrap.js'
import { rightsOf } from './rights-of.js'
import { type RotateOptions, rotateKey } from './rotate.js'
import { readStats, readUsage, type Stats, type UsageQuery } from './stats.js'
import { disableKey, enableKey } from './switch-key.js'
import { type UpdateInput, updateKey } from './update.js'
import type { Verdict } from './verdict.js'
import { type Requirements, verifyToken } from './verify.js'

/** What a verification asks of the key. */
export interface VerifyOptions<A extends Access = Access> {
  /** All of these must be allowed. @defaultValue none: any live key passes */
  readonly scopes?: readonly ScopeOf<A>[] | undefined
  /** Where the resource scopes among them must be allowed. */
  readonly resource?: ResourceRef<keyof LevelsOf<A> & string> | undefined
  /** The client's address, for keys that may be used from some alone, and for `failureLimit`. @defaultValue unknown */
  readonly ip?: string | null | undefined
  /** Units of the key's rate limits; `0` takes none. @defaultValue 1 */
  readonly cost?: number | undefined
  /**
   * `false` takes units and counts no use: they are more of what was counted before, such as a call that turned out to be
   * costly. @defaultValue true
   */
  readonly isUse?: boolean | undefined
  /**
   * An object that stands for the request: all verifications with the same one are one use, and take the units of the first
   * (RATE-5).
   */
  readonly request?: object | undefined
}

/** Issues, verifies and manages API keys. One object a process; see `createKeyring`. */
export interface Keyring<A extends Access = Access> {
  readonly access: A
  readonly format: TokenFormat
  readonly audit: AuditLog

  create(input: CreateInput<A> | CreateLikeInput<A>, options?: ManageOptions): Promise<Created>
  import(input: ImportInput<A>, options?: ManageOptions): Promise<Key>
  /** Any text gives a verdict; only wrong `options` throw. */
  verify(text: string, options?: VerifyOptions<A>): Promise<Verdict<A>>
  get(id: string, options?: { readonly within?: Within | undefined }): Promise<Key | null>
  list(query?: ListQuery): Promise<ListPage>
  update(id: string, changes: UpdateInput<A>, options?: ManageOptions): Promise<Key>
  enable(id: string, options?: ManageOptions): Promise<Key>
  disable(id: string, options?: ManageOptions): Promise<Key>
  revoke(id: string, options?: RevokeOptions): Promise<Key>
  delete(id: string, options?: ManageOptions): Promise<void>
  rotate(id: string, options?: RotateOptions): Promise<Created>
  reveal(id: string, options?: ManageOptions): Promise<Secret>
  rewrap(): Promise<Rewrapped>
  stats(query: { readonly organizationId: string }): Promise<Stats>
  usage(query: UsageQuery): Promise<readonly HourOfUse[]>
  /** What an organisation may ask of `create` now: for pages and menus. */
  offer(query: { readonly organizationId: string }): Promise<Offer>
  /** What somebody with these scopes and roles may do: for layers above, whose callers the host itself has logged in. */
  rights(
    authority: Pick<OwnerAuthority, 'scopes' | 'roles'>,
    query: { readonly organizationId: string },
  ): Promise<{ allows(scope: ScopeOf<A>): boolean }>
  doctor(): Promise<readonly Finding[]>
  /** Hands an event to `onEvent`: for adapters. */
  notify(event: KeyringEvent): void
  /** Writes the uses collected so far, waits for what runs beside the answers, and stops. The store stays the host's. */
  close(): Promise<void>
}

/**
 * Makes a product's keyring.
 *
 * @throws InvalidOptions, naming the option: nothing was started.
 */
export function createKeyring<A extends Access>(options: KeyringOptions<A>): Keyring<A> {
  const settings = readOptions(options)
  const keyring: Keyring = {
    access: settings.access,
    format: settings.format,
    audit: auditLog(settings),
    create: (input, manage = {}) => createKey(settings, input, manage),
    import: (input, manage = {}) => importKey(settings, input, manage),
    verify: async (text, options = {}) => verifyToken(settings, text, readRequirements(settings, options)),
    get: (id, { within } = {}) => getKey(settings, id, within),
    list: (query = {}) => listKeys(settings, query),
    update: (id, changes, manage = {}) => updateKey(settings, id, changes, manage),
    enable: (id, manage = {}) => enableKey(settings, id, manage),
    disable: (id, manage = {}) => disableKey(settings, id, manage),
    revoke: (id, manage = {}) => revokeKey(settings, id, manage),
    delete: (id, manage = {}) => deleteKey(settings, id, manage),
    rotate: (id, manage = {}) => rotateKey(settings, id, manage),
    reveal: (id, manage = {}) => revealKey(settings, id, manage),
    rewrap: () => rewrapSeals(settings),
    stats: async ({ organizationId }) => readStats(settings, organizationId),
    usage: (query) => readUsage(settings, query),
    offer: async ({ organizationId }) => readOffer(settings, organizationId),
    rights: async (authority, { organizationId }) => rightsOf(settings, authority, organizationId),
    doctor: () => examine(settings),
    notify: settings.emit,
    close: async () => {
      await settings.usage.close()
      await settings.settled()
      await settings.reader.close()
    },
  }
  return Object.freeze(keyring) as Keyring<A> // A only narrows names, which the access model checks at run time
}

function readRequirements({ access }: Settings, options: VerifyOptions): Requirements {
  const { scopes, resource = null, ip = null, cost = 1, isUse = true, request = null } = options
  if (!Number.isSafeInteger(cost) || cost < 0) throw new InvalidInput('cost', 'a whole number, 0 or more')
  if (typeof isUse !== 'boolean') throw new InvalidInput('isUse', 'a boolean')
  if (request !== null && typeof request !== 'object') throw new InvalidInput('request', 'an object')
  const required = scopes === undefined ? [] : requireScopes(access, scopes, 'scopes')
  return { scopes: required, resource, ip, cost, isUse, request }
}
