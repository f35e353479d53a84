import { createRequire } from 'node:module'
import { join } from 'node:path'
import { install } from '../../../../test/support/install.mjs'
import type { LibsqlDatabase } from '../../src/drivers/libsql-database.js'
import type { BunSqliteDatabase, NodeSqliteDatabase } from '../../src/index.js'

const require = createRequire(import.meta.url)
// Not in the lockfile: on Node 20, whoever installs it would be warned.
const installed = (version: string) =>
  createRequire(join(install('better-sqlite3', version, { compile: version === '12' }), 'x.js'))('better-sqlite3')

/** What the tests use of `better-sqlite3`. */
interface BetterSqlite3 extends LibsqlDatabase {
  defaultSafeIntegers(isOn: boolean): BetterSqlite3
}

const isBun = process.versions.bun !== undefined
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

/**
 * Version 13, whose binaries come with it, needs Node 22, and ends the process on an older one. Version 12 is compiled where it is
 * installed, which takes two minutes: only where this is asked for.
 */
const betterVersion = major >= 22 ? '13' : process.env.KEYWRIGHT_TEST_COMPILED === undefined ? null : '12'

/** Opens a file. */
export const betterSqlite3: ((path: string) => BetterSqlite3) | null =
  isBun || betterVersion === null ? null : (path) => new (installed(betterVersion))(path)

/** Opens a file. Before Node 22.13, it needs a flag. */
export const nodeSqlite: ((path: string) => NodeSqliteDatabase) | null =
  isBun || major < 22 || (major === 22 && minor < 13) ? null : (path) => new (require('node:sqlite').DatabaseSync)(path)

const onBun = (options: object): ((path: string) => BunSqliteDatabase) | null =>
  isBun ? (path) => new (require('bun:sqlite').Database)(path, { create: true, readwrite: true, ...options }) : null

/** Opens a file. */
export const bunSqlite = onBun({})
/** Opens a file whose integers are bigints. */
export const bunSqliteWithBigints = onBun({ safeIntegers: true })
