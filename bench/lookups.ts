import Database from 'libsql'
import { at64, compare, oneByOne } from './compare.js'
import { createKeys, keyringOver, pgPool, postgres, sqlite } from './databases.js'

// Reading keys by their id: `store.find`, as each verification calls it, against the plain SELECT by primary key. The plain one
// gives the driver's row; `find` gives a checked record with the store's clock.
const keyCount = 1_000

const server = await postgres('keywright_bench_lookups')
if (server !== null) {
  const ids = (await createKeys(keyringOver(server.store), keyCount)).map(({ id }) => id)
  const pool = pgPool('keywright_bench_lookups')
  const select = (id: string) =>
    pool.query({ name: 'by-id', text: 'select * from api_keys where id = $1', values: [id] })
  const find = (id: string) => server.store.find(id)
  await compare('PostgreSQL, 64 look-ups at once', [
    { name: 'one prepared SELECT each', ...at64(ids, select) },
    { name: 'store.find', ...at64(ids, find) },
  ])
  await compare('PostgreSQL, one look-up after the other', [
    { name: 'one prepared SELECT each', ...oneByOne(ids, select) },
    { name: 'store.find', ...oneByOne(ids, find) },
  ])
  await pool.end()
  await server.close()
}

const file = await sqlite()
const ids = (await createKeys(keyringOver(file.store), keyCount)).map(({ id }) => id)
const database = new Database(file.path)
const byId = 'select * from api_keys where id = ?'
const kept = database.prepare(byId)
const find = (id: string) => file.store.find(id)
await compare('SQLite, 64 look-ups at once', [
  { name: 'prepare(sql).get(id)', ...at64(ids, (id) => database.prepare(byId).get(id)) },
  { name: 'get(id) of a kept statement', ...at64(ids, (id) => kept.get(id)) },
  { name: 'store.find', ...at64(ids, find) },
])
await compare('SQLite, one look-up after the other', [
  { name: 'prepare(sql).get(id)', ...oneByOne(ids, (id) => database.prepare(byId).get(id)) },
  { name: 'get(id) of a kept statement', ...oneByOne(ids, (id) => kept.get(id)) },
  { name: 'store.find', ...oneByOne(ids, find) },
])
database.close()
await file.close()
