import type { Access, CreateInput, Key, Keyring, ManageOptions } from '@keywright/core'
import { testOwners } from './test-owners.js'

/** A key to issue in a test: what `keyring.create` takes. */
export interface TestKeyInput<A extends Access = Access> extends Partial<CreateInput<A>> {
  /** @defaultValue 'test key' */
  readonly name?: string
  /** @defaultValue `testOwners.user` */
  readonly owner?: CreateInput<A>['owner']
}

/** A key that was issued in a test. */
export interface IssuedTestKey {
  readonly key: Key
  /** The text that a client sends. */
  readonly token: string
  /** The value of a request's header `authorization`. */
  readonly authorization: string
}

/**
 * Issues a key, and returns what a request of a test needs. A key without scopes, roles or levels may do nothing.
 *
 * @throws what `keyring.create` throws.
 *
 * @example
 * ```ts
 * const { authorization } = await issueTestKey(keyring, { scopes: ['tasks.read'] })
 * const response = await fetch(`${url}/tasks`, { headers: { authorization } })
 * ```
 */
export async function issueTestKey<A extends Access>(
  keyring: Keyring<A>,
  input: TestKeyInput<A> = {},
  options: ManageOptions = {},
): Promise<IssuedTestKey> {
  const { name = 'test key', owner = testOwners.user, ...others } = input
  const created = await keyring.create({ ...others, name, owner }, options)
  const token = created.token.reveal()
  return { key: created.key, token, authorization: `Bearer ${token}` }
}
