import { type Access, type Actor, InvalidOptions, type Keyring } from '@keywright/core'
import { adapterOf, checkNames, type NamesOf } from '@keywright/core/adapter'

/** What the command line works with: see {@link defineConfig}. */
export interface KeywrightConfig<A extends Access = Access> {
  /** The keyring of your program, or a function that makes it. */
  readonly keyring: Keyring<A> | (() => Keyring<A> | Promise<Keyring<A>>)
  /**
   * What `keywright migrate` runs, and gives the names of the migrations that ran: `() => migrateToLatest(db)`.
   * @defaultValue none: `keywright migrate` refuses
   */
  readonly migrations?: (() => Promise<readonly string[]>) | undefined
  /**
   * Who changes keys, for the audit log. A user may give no more than they have.
   * @defaultValue `{ type: 'system', id: 'keywright-cli' }`
   */
  readonly actor?: Extract<Actor, { readonly type: 'user' | 'system' }> | undefined
  /** Closes what the file opened, after the keyring was closed: `() => db.destroy()`. @defaultValue nothing */
  readonly close?: (() => unknown) | undefined
}

const configNames: NamesOf<KeywrightConfig> = { keyring: true, migrations: true, actor: true, close: true }

/**
 * Tells the command line which keyring it works with. Write it into `keywright.config.ts` beside your `package.json`, and import
 * the keyring that your program uses.
 *
 * @example
 * ```ts
 * import { migrateToLatest } from '@keywright/kysely'
 * import { defineConfig } from 'keywright'
 * import { db, keyring } from './src/keyring.js'
 *
 * export default defineConfig({ keyring, migrations: () => migrateToLatest(db), close: () => db.destroy() })
 * ```
 *
 * @throws {@link InvalidOptions} when an option is unknown, or is not what it must be.
 */
export function defineConfig<A extends Access>(config: KeywrightConfig<A>): KeywrightConfig<A> {
  checkNames(config, configNames)
  const { keyring, migrations, actor, close } = config
  if (typeof keyring !== 'function') adapterOf(keyring)
  if (migrations !== undefined && typeof migrations !== 'function')
    throw new InvalidOptions('migrations', 'a function such as () => migrateToLatest(db)')
  if (close !== undefined && typeof close !== 'function')
    throw new InvalidOptions('close', 'a function such as () => db.destroy()')
  if (actor !== undefined) checkActor(actor)
  return Object.freeze({ ...config })
}

function checkActor(actor: unknown): void {
  checkNames(actor, { type: true, id: true }, { at: 'actor' })
  const { type, id } = actor as Partial<Record<string, unknown>> // an object, as was just asked
  if (type !== 'user' && type !== 'system') throw new InvalidOptions('actor.type', "'user' or 'system'")
  if (typeof id !== 'string' || id === '') throw new InvalidOptions('actor.id', 'a text that is not empty')
}
