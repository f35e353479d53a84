import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Given, Options } from '../arguments/index.js'
import { Failure, type Io, usageFailure } from '../terminal/index.js'

/** The options by which a command finds the keys. */
export const placeOptions = {
  config: {
    type: 'text',
    value: 'file',
    summary: 'The configuration. Default: keywright.config.ts, .mts, .js or .mjs.',
  },
  'database-url': {
    type: 'text',
    value: 'url',
    summary: 'A database, where there is no configuration: sqlite:./keys.db, postgres://…, mysql://… .',
  },
  'table-prefix': {
    type: 'text',
    value: 'text',
    summary: 'What the names of the tables begin with. With --database-url.',
  },
  schema: { type: 'text', value: 'name', summary: 'The schema of the tables, on PostgreSQL. With --database-url.' },
} as const satisfies Options

/** What a command line says about the place of the keys. */
export type GivenPlace = Given<typeof placeOptions>

/** Where the keys are found. */
export type Place =
  | { readonly kind: 'config'; readonly path: string }
  | { readonly kind: 'database'; readonly url: string; readonly tables: TablePlace }

/** The options of `kyselyStore` and `migrateToLatest` that a command line can give. */
export interface TablePlace {
  readonly tablePrefix?: string
  readonly schema?: string
}

const configNames = ['ts', 'mts', 'js', 'mjs'].map((ending) => `keywright.config.${ending}`)

/**
 * What was named comes first, then a configuration in the folder, then the database that the environment names.
 *
 * @throws Failure when there is nothing, or two things were named.
 */
export function findPlace({ env, folder }: Pick<Io, 'env' | 'folder'>, given: GivenPlace): Place {
  const { config, 'database-url': address, 'table-prefix': tablePrefix, schema } = given
  const tables = { ...(tablePrefix === undefined ? {} : { tablePrefix }), ...(schema === undefined ? {} : { schema }) }
  if (config !== undefined && address !== undefined) throw usageFailure('Give --config or --database-url, not both.')
  if (address !== undefined) return { kind: 'database', url: address, tables }
  const path = config === undefined ? foundIn(folder) : resolve(folder, config)
  if (path !== undefined) {
    if (!existsSync(path)) throw new Failure('no_config', `There is no configuration at ${path}.`)
    const [name] = Object.keys(tables)
    if (name !== undefined)
      throw usageFailure('--table-prefix and --schema go with --database-url: a configuration says them itself.')
    return { kind: 'config', path }
  }
  const url = env.KEYWRIGHT_DATABASE_URL ?? env.DATABASE_URL
  if (url !== undefined && url !== '') return { kind: 'database', url, tables }
  throw new Failure(
    'no_config',
    'There is no keywright.config.ts here. Make one with defineConfig, or give --database-url, or set KEYWRIGHT_DATABASE_URL.',
  )
}

function foundIn(folder: string): string | undefined {
  return configNames.map((name) => resolve(folder, name)).find((path) => existsSync(path))
}
