import { type Kysely, sql } from 'kysely'
import { describe, expect, it, onTestFinished } from 'vitest'
import { connectMysql } from '../../../examples/databases/src/mysql.js'
import { connectPostgres } from '../../../examples/databases/src/postgres.js'
import { connectSqlite } from '../../../examples/databases/src/sqlite.js'
import { deploy, openStore } from '../../../examples/databases/src/store.js'
import { connect, type Engine, engines } from './engines.js'
import { input, keyringOver } from './keyring-over.js'
import { sqliteFile } from './sqlite-file.js'

const name = `kw${crypto.randomUUID().slice(0, 8)}`

/** Connects as the manual says, to an empty place of its own; `null` where there is no server. */
const places: Readonly<Record<string, () => Promise<Kysely<object> | null>>> = {
  SQLite: async () => connectSqlite(sqliteFile().path),
  PostgreSQL: async () => {
    const url = await emptyPlace('PostgreSQL', `create schema ${name}`, `drop schema ${name} cascade`)
    url?.searchParams.set('options', `-c search_path=${name}`)
    return url === null ? null : connectPostgres(url.href)
  },
  MariaDB: async () => {
    const url = await emptyPlace('MariaDB', `create database ${name}`, `drop database ${name}`)
    if (url !== null) url.pathname = `/${name}`
    return url === null ? null : connectMysql(url.href)
  },
}

async function emptyPlace(engine: Engine['name'], make: string, drop: string): Promise<URL | null> {
  const found = engines.find((one) => one.name === engine) ?? expect.unreachable()
  const admin = await connect(found)
  if (admin === null) return null // engines.test.ts says so, and fails where all must be there
  await sql.raw(make).execute(admin)
  onTestFinished(async () => {
    await sql.raw(drop).execute(admin)
    await admin.destroy()
  })
  return new URL(found.url ?? '')
}

describe('the examples of docs/databases.md', () => {
  it.for(Object.keys(places))('connect to %s, migrate, and keep keys', async (engine, { skip }) => {
    const db = await places[engine]?.()
    if (db === null || db === undefined) return skip('no server')
    onTestFinished(() => db.destroy())
    await deploy(db)
    await deploy(db)
    const { keyring } = keyringOver(openStore(db))
    const { token } = await keyring.create(input)
    expect((await keyring.verify(token.reveal())).ok).toBe(true)
    expect(await keyring.doctor()).toEqual([])
  })
})
