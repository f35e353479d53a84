import { createHmac, timingSafeEqual } from 'node:crypto'
import { kyselyStore, mysqlPool, postgresPool } from '@keywright/kysely'
import { type Dialect, Kysely, MysqlDialect, PostgresDialect } from 'kysely'
import Database from 'libsql'
import type { RowDataPacket } from 'mysql2'
import { dialects } from '../../packages/kysely/src/dialect/dialect.js'
import { lookupPackedInFile } from '../../packages/kysely/src/dialect/key-lookup.js'
import type { KeyTables } from '../../packages/kysely/src/tables/key-tables.js'
import { createKeys, keyringOver, verifyGood } from '../../test/performance/keyring.js'
import { at64, measure, oneByOne, type Turns } from '../compare.js'
import { type KeyDatabase, mariadb, mariadbPool, pgPool, postgres, sqlite } from '../databases.js'
import { checkHandWritten, type HandWrittenKey, makeHandWrittenTable } from './hand-written-table.js'
import { missingRow, type Part, type Row, rowOf, type Target } from './row.js'

// Whole verifications, against one prepared SELECT each of a row with a hash, and what must be done with it.
const keyCount = 500
const schema = 'keywright_bench_table'
const text = 'select * from hand_written_keys where id = ?'

interface Key {
  readonly id: string
  readonly token: string
}
type Select = (id: string) => HandWrittenKey | undefined | Promise<HandWrittenKey | undefined>
/** Sends the statement by which Keywright reads these keys. */
type Floor = (ids: readonly string[]) => unknown
const leastForIts = (rows: string) =>
  `the statement that it sends, by hand, and one HMAC-SHA-256 each: the least for its ${rows}`
/** What is aimed at: for one at a time, and for 64 at once; without a target, it is not measured. */
type Targets = readonly [one: Target | null, together: Target]

async function againstSelect(
  { name, db, store }: KeyDatabase,
  {
    against,
    prepare,
    floor,
    targets,
  }: {
    readonly against: string
    prepare(): Select
    /** What the rows that Keywright reads cost by themselves. */
    floor(ids: readonly string[]): Promise<Floor>
    readonly targets: Targets
  },
  turns: Turns,
): Promise<readonly Row[]> {
  const keyring = keyringOver(store)
  const keys = await createKeys(keyring, keyCount)
  await makeHandWrittenTable(db, keys)
  const select = prepare()
  const ours = ({ token }: Key) => verifyGood(keyring, token)
  const theirs = async ({ id, token }: Key) => checkHandWritten(await select(id), token)
  const rows: Row[] = []
  const [one, together] = targets
  if (one !== null) {
    const read = await floor(keys.slice(0, 1).map(({ id }) => id))
    const least = async ({ id, token }: Key) => checkMac(await read([id]), token)
    const [here, there, bare] = await measure(
      [
        { name: `verify, ${name}, one at a time`, ...oneByOne(keys, ours) },
        { name: against, ...oneByOne(keys, theirs) },
        {
          name: leastForIts('row'),
          ...oneByOne(keys, least),
        },
      ],
      turns,
    )
    rows.push(rowOf(here, there, one), rowOf(here, bare, null))
  }
  const some = keys.slice(0, 64)
  const readAll = await floor(some.map(({ id }) => id))
  const allAtOnce = async (): Promise<void> => {
    const found = await readAll(some.map(({ id }) => id))
    for (const { token } of some) checkMac(found, token)
  }
  const [here, there, bare] = await measure(
    [
      { name: `verify, ${name}, 64 at once`, ...at64(keys, ours) },
      { name: against, ...at64(keys, theirs) },
      { name: leastForIts('rows'), times: 64, run: allAtOnce },
    ],
    turns,
  )
  await keyring.close()
  return [...rows, rowOf(here, there, together), rowOf(here, bare, null)]
}

/** The statement by which a store reads these keys. */
async function lookupText(dialect: Dialect, ids: readonly string[]): Promise<string> {
  const [id = ''] = ids
  let text = ''
  const db = new Kysely<object>({
    dialect,
    log: ({ query }) => {
      if (JSON.stringify(query.parameters).includes(id)) text = query.sql
    },
  })
  const store = kyselyStore(db)
  await store.find(id) // it asks for the schema and the server as well, which need not be done again
  await Promise.all(ids.map((one) => store.find(one)))
  if (text === '') throw new Error('The store sends a statement with the id')
  return text
}

/** What is left of a check if only the key's row and one hash count. */
function checkMac(row: unknown, token: string): void {
  const mac = createHmac('sha256', 'a pepper for benchmarks that is long enough').update(token).digest()
  if (row === undefined || !timingSafeEqual(mac, mac)) throw new Error('This key is good')
}

export const onSqlite: Part = async (turns) => {
  const file = await sqlite()
  const database = new Database(file.path)
  const against = 'get of a kept statement of libsql, which has the API of better-sqlite3, and SHA-256'
  const prepare = (): Select => {
    const kept = database.prepare<[string]>(text)
    return (id) => kept.get(id) as HandWrittenKey | undefined // the columns of the table
  }
  const floor = async (some: readonly string[]): Promise<Floor> => {
    // Its tables are those of the store.
    const { sql } = lookupPackedInFile(dialects.sqlite.now)(file.db as unknown as Kysely<KeyTables>, 'api_keys', 'id')(
      some,
      null,
    )
    const kept = database.prepare<string[]>(sql).raw(true)
    return some.length === 1 ? (ids) => kept.get(...ids) : (ids) => kept.all(...ids)
  }
  const rows = await againstSelect(file, { against, prepare, floor, targets: [{ least: 0.5 }, { least: 0.8 }] }, turns)
  database.close()
  await file.close()
  return rows
}

export const onPostgres: Part = async (turns) => {
  const targets: Targets = [{ least: 0.75 }, { least: 4 }]
  const against = 'one prepared SELECT each over a pg pool of the same size, and SHA-256'
  const server = await postgres(schema)
  if (server === null) return targets.map((target) => missingRow('verify, PostgreSQL', against, target))
  const pool = pgPool(schema)
  const select: Select = async (id) =>
    (await pool.query<HandWrittenKey>({ name: 'by-id', text: text.replace('?', '$1'), values: [id] })).rows[0]
  const floor = async (some: readonly string[]): Promise<Floor> => {
    const lookup = await lookupText(new PostgresDialect({ pool: postgresPool(pool, { prepare: true }) }), some)
    const [name, valuesOf] =
      some.length === 1
        ? ['lookup', (ids: readonly string[]) => ids]
        : ['lookups', (ids: readonly string[]) => [JSON.stringify(ids)]]
    return async (ids) => (await pool.query({ name, text: lookup, values: [...valuesOf(ids)] })).rows[0]
  }
  const rows = await againstSelect(server, { against, prepare: () => select, floor, targets }, turns)
  await pool.end()
  await server.close()
  return rows
}

export const onMariadb: Part = async (turns) => {
  const target = { least: 3 }
  const against = 'one prepared SELECT each over a mysql2 pool of the same size, and SHA-256'
  const server = await mariadb(schema)
  if (server === null) return [missingRow('verify, MariaDB', against, target)]
  const pool = mariadbPool(schema).promise()
  const select: Select = async (id) => (await pool.execute<(HandWrittenKey & RowDataPacket)[]>(text, [id]))[0][0]
  const floor = async (some: readonly string[]): Promise<Floor> => {
    const lookup = await lookupText(new MysqlDialect({ pool: mysqlPool(mariadbPool(schema)) }), some)
    return async (ids) => (await pool.execute<RowDataPacket[]>(lookup, [...ids]))[0][0]
  }
  const rows = await againstSelect(server, { against, prepare: () => select, floor, targets: [null, target] }, turns)
  await pool.end()
  await server.close()
  return rows
}
