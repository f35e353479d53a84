import type { Keyring, Principal } from '@keywright/core'
import { type Kysely, sql } from 'kysely'
import { type access, createKeys, keyringOver } from '../test/performance/keyring.js'
import { type Contender, compare } from './compare.js'
import { type KeyDatabase, postgres, sqlite } from './databases.js'

// How many reservations of credits a second, beside the least that could count them exactly: one guarded UPDATE of one row.
const many = 999_999_999_999
const width = 16

/** `width` at once: all of one account, which run one after the other, or each of its own. */
function atOnce(one: (at: number) => Promise<void>): Pick<Contender, 'run' | 'times'> {
  return { times: width, run: () => Promise.all(Array.from({ length: width }, (_, at) => one(at))) }
}

async function makeRows(db: Kysely<object>): Promise<(at: number) => Promise<void>> {
  await sql`create table bare_accounts (id varchar(64) primary key, used bigint not null)`.execute(db)
  for (let at = 0; at < width; at += 1) await sql`insert into bare_accounts values (${`a${at}`}, 0)`.execute(db)
  return async (at) => {
    const { numAffectedRows } =
      await sql`update bare_accounts set used = used + 1 where id = ${`a${at}`} and used + 1 <= ${many}`.execute(db)
    if (numAffectedRows !== 1n) throw new Error('There is room')
  }
}

/** Principals of keys with a budget. */
async function makePrincipals(keyring: Keyring<typeof access>): Promise<readonly Principal[]> {
  const keys = await createKeys(keyring, width)
  return Promise.all(
    keys.map(async ({ id, token }) => {
      await keyring.update(id, { budget: { limit: many } })
      const verdict = await keyring.verify(token, { cost: 0 })
      if (!verdict.ok) throw new Error('This key is good')
      return verdict.principal
    }),
  )
}

async function run({ name, db, store, close }: KeyDatabase): Promise<void> {
  const bare = await makeRows(db)
  const keyring = keyringOver(store)
  const principals = await makePrincipals(keyring)
  const reserve = async (at: number) => {
    const principal = principals[at]
    if (principal === undefined || !(await keyring.budgets.reserve(principal, 1)).ok) throw new Error('There is room')
  }
  const bareUpdate = 'a bare guarded UPDATE'
  const reserved = 'keyring.budgets.reserve'
  await compare(`${name}: one after the other`, [
    { name: bareUpdate, run: () => bare(0) },
    { name: reserved, run: () => reserve(0) },
  ])
  await compare(`${name}: ${width} at once, of one account`, [
    { name: bareUpdate, ...atOnce(() => bare(0)) },
    { name: reserved, ...atOnce(() => reserve(0)) },
  ])
  await compare(`${name}: ${width} at once, each of its own account`, [
    { name: bareUpdate, ...atOnce(bare) },
    { name: reserved, ...atOnce(reserve) },
  ])
  await keyring.close()
  await close()
}

for (const database of [await sqlite(), await postgres('keywright_bench_budgets')]) {
  if (database !== null) await run(database)
}
