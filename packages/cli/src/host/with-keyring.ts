import {
  type Actor,
  createKeyring,
  defineAccess,
  hmacSha256,
  isKeyError,
  type Keyring,
  type KeyringOptions,
  StoreUnavailable,
  sha256,
} from '@keywright/core'
import { Failure, type Io } from '../terminal/index.js'
import { auditKeysOf } from './audit-keys-of.js'
import { type DatabaseAddress, readDatabaseAddress } from './database-address.js'
import { loadConfig } from './load-config.js'
import { lookingStore } from './looking-store.js'
import { type OpenDatabase, openDatabase } from './open-database.js'
import { findPlace, type GivenPlace, type TablePlace } from './place.js'

/** A keyring for the time of a command. */
export interface OpenKeyring {
  readonly keyring: Keyring
  /** Who acts. */
  readonly actor: Actor
  /**
   * `database`: the keyring was made of a database alone. It knows no scopes, no plans, and none of the project's functions; so it
   * can read, and end keys, and no more.
   */
  readonly from: 'config' | 'database'
  /** Whether the keyring can tell a right token from a wrong one. */
  readonly hasPepper: boolean
  /** Whether the keyring is known to sign the audit log as the product does. */
  readonly hasAuditKey: boolean
}

/** What a command asks of a keyring. */
export interface KeyringNeeds {
  /** Why a database alone is not enough, as the end of a sentence. @defaultValue it is enough */
  readonly configFor?: string
  /** What tokens look like, for a keyring that is made of a database alone. */
  readonly format?: TokenForm
}

/** The beginning of tokens, the environment in them, and how long their secrets are. */
type TokenForm = Pick<KeyringOptions, 'environment' | 'secretLength'> & { readonly prefix: string | undefined }

/** A model must have a scope. No key has this one. */
const noAccess = defineAccess({ scopes: { 'keywright-cli': 'Nothing' } })

const systemActor = { type: 'system', id: 'keywright-cli' } as const

/** Opens the keyring that the command line names, and closes it and its connections when `use` is done. */
export async function withKeyring<T>(
  io: Io,
  given: GivenPlace,
  use: (opened: OpenKeyring) => Promise<T>,
  needs: KeyringNeeds = {},
): Promise<T> {
  const place = findPlace(io, given)
  if (place.kind === 'config') {
    const { keyring, actor = systemActor, close } = await loadConfig(io.modules, place.path)
    const opened = { keyring, actor, from: 'config', hasPepper: true, hasAuditKey: true } as const
    return closing(() => use(opened), [() => keyring.close(), async () => close?.()])
  }
  if (needs.configFor !== undefined)
    throw new Failure(
      'no_config',
      `This needs a keywright.config.ts: ${needs.configFor}. A database alone is not enough.`,
    )
  const opened = await openDatabase(io.modules, readDatabaseAddress(place.url, io.folder), { isNew: false })
  const keyring = keyringOver(io, opened, place.tables, needs.format)
  const hasPepper = io.env.KEYWRIGHT_PEPPER !== undefined
  const hasAuditKey = io.env.KEYWRIGHT_AUDIT_KEY !== undefined
  const close = [() => keyring.close(), () => opened.db.destroy()]
  return closing(() => use({ keyring, actor: systemActor, from: 'database', hasPepper, hasAuditKey }), close)
}

/** Runs the migrations of the project, or those of a database. */
export async function runMigrations(
  io: Io,
  given: GivenPlace,
  options: { readonly triggers?: false; readonly collations?: false },
): Promise<readonly string[]> {
  const place = findPlace(io, given)
  if (place.kind === 'config') {
    const { keyring, migrations, close } = await loadConfig(io.modules, place.path)
    const run = async (): Promise<readonly string[]> => {
      if (migrations === undefined) throw new Failure('config_failed', noMigrations(place.path))
      if (Object.keys(options).length > 0) throw new Failure('usage', ofTheConfig)
      return asOutage(migrations)
    }
    return closing(run, [() => keyring.close(), async () => close?.()])
  }
  const address: DatabaseAddress = readDatabaseAddress(place.url, io.folder)
  const { db, kysely } = await openDatabase(io.modules, address, { isNew: true })
  return closing(
    () => asOutage(() => kysely.migrateToLatest(db, { ...place.tables, ...options })),
    [() => db.destroy()],
  )
}

/** What a driver or a step throws has no code: the tables are not as they must be, and the migrations can be run again. */
async function asOutage<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (cause) {
    throw isKeyError(cause) ? cause : new StoreUnavailable({ message: 'The migrations could not be run.', cause })
  }
}

const noMigrations = (path: string): string =>
  `${path} has no migrations: add migrations: () => migrateToLatest(db) to defineConfig.`
const ofTheConfig =
  '--no-triggers and --no-collations go with --database-url: a configuration says them in its migrations.'

function keyringOver(
  { env }: Io,
  { db, kysely }: OpenDatabase,
  tables: TablePlace,
  { prefix = 'unknown', environment, secretLength }: Partial<TokenForm> = {},
): Keyring {
  const { KEYWRIGHT_PEPPER: pepper, KEYWRIGHT_PEPPER_ID: pepperId = 'p1' } = env
  return createKeyring({
    prefix,
    environment,
    secretLength,
    access: noAccess,
    store: lookingStore(kysely.kyselyStore(db, tables), db, tables),
    hasher: pepper === undefined ? sha256() : hmacSha256({ current: pepperId, peppers: { [pepperId]: pepper } }),
    resolveOwner: 'uncapped',
    imports: {},
    // What is good without the product's own bounds is told: how often it lets tokens be passed on is not known here.
    ...(pepper === undefined ? {} : { delegates: { maxDepth: 8 } }),
    onEvent: () => {},
    ...auditKeysOf({ env }),
  })
}

/** Ends with the error of `run`, if it has one; else with the first of what is closed. All of it is closed. */
async function closing<T>(run: () => Promise<T>, close: readonly (() => Promise<unknown>)[]): Promise<T> {
  const [result] = await Promise.allSettled([run()])
  const faults: unknown[] = []
  for (const one of close) await one().catch((error: unknown) => faults.push(error))
  if (result.status === 'rejected') throw result.reason
  if (faults.length > 0) throw faults[0]
  return result.value
}
