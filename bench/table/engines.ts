import Database from 'libsql'
import type { RowDataPacket } from 'mysql2'
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
/** What is aimed at: for one at a time, and for 64 at once; without a target, it is not measured. */
type Targets = readonly [one: Target | null, together: Target]

async function againstSelect(
  { name, db, store }: KeyDatabase,
  { against, prepare, targets }: { readonly against: string; prepare(): Select; readonly targets: Targets },
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
    const [here, there] = await measure(
      [
        { name: `verify, ${name}, one at a time`, ...oneByOne(keys, ours) },
        { name: against, ...oneByOne(keys, theirs) },
      ],
      turns,
    )
    rows.push(rowOf(here, there, one))
  }
  const [here, there] = await measure(
    [
      { name: `verify, ${name}, 64 at once`, ...at64(keys, ours) },
      { name: against, ...at64(keys, theirs) },
    ],
    turns,
  )
  await keyring.close()
  return [...rows, rowOf(here, there, together)]
}

export const onSqlite: Part = async (turns) => {
  const file = await sqlite()
  const database = new Database(file.path)
  const against = 'get of a kept statement of libsql, which has the API of better-sqlite3, and SHA-256'
  const prepare = (): Select => {
    const kept = database.prepare<[string]>(text)
    return (id) => kept.get(id) as HandWrittenKey | undefined // the columns of the table
  }
  const rows = await againstSelect(file, { against, prepare, targets: [{ least: 0.5 }, { least: 0.8 }] }, turns)
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
  const rows = await againstSelect(server, { against, prepare: () => select, targets }, turns)
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
  const rows = await againstSelect(server, { against, prepare: () => select, targets: [null, target] }, turns)
  await pool.end()
  await server.close()
  return rows
}
