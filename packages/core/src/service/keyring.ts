import { type Access, type LevelsOf, requireScopes, type ScopeOf } from '../access/index.js'
import type { Key, ResourceRef } from '../values/index.js'
import { type Created, type CreateInput, createKey } from './create.js'
import { deleteKey } from './delete.js'
import type { KeyringEvent } from './event.js'
import { getKey } from './get.js'
import { type ListPage, type ListQuery, listKeys } from './list.js'
import type { ManageOptions, Within } from './manage-options.js'
import { type KeyringOptions, readOptions, type TokenFormat } from './options.js'
import { type RevokeOptions, revokeKey } from './revoke.js'
import { disableKey, enableKey } from './switch-key.js'
import { type UpdateInput, updateKey } from './update.js'
import type { Verdict } from './verdict.js'
import { verifyToken } from './verify.js'

/** What a verification asks of the key. */
export interface VerifyOptions<A extends Access = Access> {
  /** All of these must be allowed. @defaultValue none: any live key passes */
  readonly scopes?: readonly ScopeOf<A>[] | undefined
  /** Where the resource scopes among them must be allowed. */
  readonly resource?: ResourceRef<keyof LevelsOf<A> & string> | undefined
}

/** Issues, verifies and manages API keys. One object a process; see `createKeyring`. */
export interface Keyring<A extends Access = Access> {
  readonly access: A
  readonly format: TokenFormat

  create(input: CreateInput<A>, options?: ManageOptions): Promise<Created>
  /** Any text gives a verdict; only wrong `options` throw. */
  verify(text: string, options?: VerifyOptions<A>): Promise<Verdict<A>>
  get(id: string, options?: { readonly within?: Within | undefined }): Promise<Key | null>
  list(query?: ListQuery): Promise<ListPage>
  update(id: string, changes: UpdateInput<A>, options?: ManageOptions): Promise<Key>
  enable(id: string, options?: ManageOptions): Promise<Key>
  disable(id: string, options?: ManageOptions): Promise<Key>
  revoke(id: string, options?: RevokeOptions): Promise<Key>
  delete(id: string, options?: ManageOptions): Promise<void>
  /** Hands an event to `onEvent`: for adapters. */
  notify(event: KeyringEvent): void
  /** Waits for what runs beside the answers, and stops. The store and its connections stay the host's. */
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
    create: (input, manage = {}) => createKey(settings, input, manage),
    verify: async (text, { scopes, resource } = {}) => {
      const required = scopes === undefined ? [] : requireScopes(settings.access, scopes, 'scopes')
      return verifyToken(settings, text, { scopes: required, resource: resource ?? null })
    },
    get: (id, { within } = {}) => getKey(settings, id, within),
    list: (query = {}) => listKeys(settings, query),
    update: (id, changes, manage = {}) => updateKey(settings, id, changes, manage),
    enable: (id, manage = {}) => enableKey(settings, id, manage),
    disable: (id, manage = {}) => disableKey(settings, id, manage),
    revoke: (id, manage = {}) => revokeKey(settings, id, manage),
    delete: (id, manage = {}) => deleteKey(settings, id, manage),
    notify: settings.emit,
    close: () => settings.settled(),
  }
  return Object.freeze(keyring) as Keyring<A> // A only narrows names, which the access model checks at run time
}
