import { type Kysely, sql } from 'kysely'
import { afterAll, describe, expect, it } from 'vitest'
import { type KeyTables, kyselyStore, migrateToLatest } from '../../packages/kysely/src/index.js'
import { isProblem } from '../../packages/kysely/src/replicas/proof.js'
import { beginNodeProof } from '../../packages/kysely/src/replicas/prove-node.js'
import { newPrefix } from '../../packages/kysely/test/drop-tables.js'
import { input, keyringOver } from '../../packages/kysely/test/keyring-over.js'
import { openMariaDb } from '../../packages/kysely/test/open-database.js'
import { run } from '../consistency/run.js'
import { pause } from '../consistency/world.js'
import { testsEverything } from '../support/everything.js'
import { type Cluster, missingForGalera, startCluster } from './cluster.js'

const missing = missingForGalera()
if (missing !== null) {
  console.warn(`Galera is left out: there is no ${missing}`)
  it.skipIf(!testsEverything)('is there', () => expect.unreachable(`There is no ${missing}`))
}
const cluster: Cluster = missing === null ? await startCluster() : await Promise.reject(new Error(missing))
const opened: Kysely<object>[] = []
const open = (url: string, count: () => void = () => {}): Kysely<object> => {
  const { db } = openMariaDb(url, { kyselyLog: count, answerTimeoutMs: 40_000 })
  opened.push(db)
  return db
}
afterAll(async () => {
  await Promise.all(opened.map((db) => db.destroy()))
  await cluster.remove()
})
const [first, second, third] = cluster.urls

describe('verifications that read from nodes of Galera', () => {
  it('read there, and no more from the node of db (REP-1)', async () => {
    const tablePrefix = newPrefix()
    let [here, there] = [0, 0]
    const db = open(first, () => {
      here += 1
    })
    const countThere = () => {
      there += 1
    }
    await migrateToLatest(db, { tablePrefix })
    const readFrom = [open(second, countThere), open(third, countThere)]
    const { keyring } = keyringOver(kyselyStore(db, { tablePrefix, readFrom }), { verifyTimeoutMs: 20_000 })
    const { key, token } = await keyring.create(input)
    await expect
      .poll(async () => {
        const [before, beforeThere] = [here, there]
        const { ok } = await keyring.verify(token.reveal())
        return ok && here === before && there > beforeThere
      })
      .toBe(true)
    await keyring.disable(key.id)
    expect(await keyring.verify(token.reveal())).toMatchObject({ refusal: { code: 'api_key_disabled' } })
    expect(await keyring.doctor()).toEqual([])
  })

  it('read from the primary where a node cannot wait for the others (REP-2)', async () => {
    const tablePrefix = newPrefix()
    const db = open(first)
    await migrateToLatest(db, { tablePrefix })
    const { db: node } = openMariaDb(second, { connectionLimit: 1 })
    opened.push(node)
    await sql`set session wsrep_on = 0`.execute(node)
    const { keyring, events } = keyringOver(kyselyStore(db, { tablePrefix, readFrom: [node] }))
    const { token } = await keyring.create(input)
    expect((await keyring.verify(token.reveal())).ok).toBe(true)
    const message = expect.stringMatching(/^Verifications are not read from readFrom\[0\]\. .*wsrep_sync_wait = 1/)
    expect(await keyring.doctor()).toMatchObject([{ code: 'unused_replica', severity: 'warning', message }])
    expect(events).toMatchObject([{ type: 'store.replica_left', index: 0, reason: 'not_synchronous' }])
  })
})

describe('the proof of a node of Galera', () => {
  const kyselyOf = (url: string) => open(url) as Kysely<KeyTables>

  it('holds of answers of that node alone, whatever server is in its place (REP-4)', async () => {
    const [node, other] = [kyselyOf(second), kyselyOf(third)]
    const proof = await (await beginNodeProof(kyselyOf(first)))(node, () => true)
    if (isProblem(proof)) return expect.unreachable(proof.message)
    const answerOf = async (db: Kysely<KeyTables>) =>
      (await sql<{ reason: string | null }>`${proof.guard.before}select ${proof.guard.reason} as reason`.execute(db))
        .rows
    proof.refuse(await answerOf(node))
    const answers = await answerOf(other)
    expect(() => proof.refuse(answers)).toThrow('Another server answers than the node that was proven')
    expect(() => proof.refuse([])).toThrow('Another server answers')
  })

  it('is refused where another database of the node would be read (REP-2)', async () => {
    const name = `elsewhere_${newPrefix()}`
    await sql`create database ${sql.id(name)}`.execute(open(first))
    const elsewhere = new URL(second)
    elsewhere.pathname = name
    const found = await (await beginNodeProof(kyselyOf(first)))(kyselyOf(elsewhere.href), () => true)
    expect(found).toMatchObject({ reason: 'other_database', message: expect.stringContaining('another database') })
  })
})

/** Has a node apply late what others have committed: whoever holds this lock keeps it from that, and nobody from reading. */
async function slowDown(isRunning: () => boolean): Promise<void> {
  const { db } = openMariaDb(second, { connectionLimit: 1 })
  opened.push(db)
  while (isRunning()) {
    await sql`flush tables with read lock`.execute(db)
    await pause(100)
    await sql`unlock tables`.execute(db)
    await pause(100)
  }
}

describe('the check of histories on Galera', () => {
  const common = { engine: 'mysql', url: first, killsControllers: false } as const

  it('finds nothing where processes at three nodes read from all of them (REP-6)', {
    timeout: 120_000,
  }, async () => {
    const report = await run({
      ...common,
      seconds: 12,
      workersAt: cluster.urls,
      readFrom: cluster.urls,
      mayBeUnavailable: 0.5,
      disturb: slowDown,
    })
    console.info('Galera, three nodes', { ...report, violations: report.violations.length })
    expect(report.violations).toEqual([])
    expect(report.changes).toBeGreaterThan(30)
    expect(report.readFromReplicas).toBeGreaterThan(200)
  })

  it('finds old keys where a node is read that does not wait for the others (REP-6)', {
    timeout: 120_000,
  }, async () => {
    const report = await run({ ...common, seconds: 5, careless: second, disturb: slowDown })
    console.info('Galera, wsrep_sync_wait = 0', { ...report, violations: report.violations.length })
    expect(report.violations.join('\n')).toMatch(/was answered ok, \d+ µs after it was (disabled|revoked|deleted)/)
  })
})
