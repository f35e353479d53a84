import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Key } from '@keywright/core'
import { migrateToLatest } from '@keywright/kysely'
import { sql } from 'kysely'
import { describe, expect, it, onTestFinished } from 'vitest'
import { dropTables } from '../../packages/kysely/test/drop-tables.js'
import { unlessEverything } from '../support/everything.js'
import { postgresUrl } from './support/cached-product.js'
import { openTellingProduct, type TellingOptions } from './support/telling-product.js'

const dayMs = 86_400_000

interface Done {
  readonly expiring: number
  readonly given: readonly string[]
  readonly delivered: readonly { readonly id: string; readonly token: string }[]
}

/** Starts one more process of the product, and gives what makes it do what is due. */
async function startProcess(options: TellingOptions): Promise<() => Promise<Done>> {
  const script = join(import.meta.dirname, 'support/due-process.ts')
  const execArgv = ['--conditions=@keywright/source', '--import', import.meta.resolve('tsx')]
  const child = fork(script, [JSON.stringify(options)], { execArgv })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  await once(child, 'message')
  return async () => {
    child.send('run')
    const [done] = await once(child, 'message')
    return done
  }
}

/** Receives events over HTTP, and keeps their texts. */
async function receiver() {
  const got: { readonly type: string; readonly data: { readonly key_id: string; readonly days: number } }[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    got.push(JSON.parse(text))
    response.writeHead(204).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { got, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` }
}

const engines = unlessEverything(
  ['SQLite', 'PostgreSQL'] as const,
  (engine) => engine === 'SQLite',
  (engine) => `notices of four processes over ${engine}`,
)

describe.each(engines)('four processes over %s', (engine) => {
  it('B18: each notice is told once, to the host and over webhooks, however many processes look at once', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keywright-notices-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const database = engine === 'SQLite' ? join(folder, 'product.sqlite') : postgresUrl
    const options = { database, tablePrefix: `kw${crypto.randomUUID().slice(0, 8)}_` }
    const product = openTellingProduct(options)
    const { db, keyring, store, hooks } = product
    await migrateToLatest(db, { tablePrefix: options.tablePrefix })
    onTestFinished(() => product.close(() => (engine === 'PostgreSQL' ? dropTables(db, options.tablePrefix) : null)))
    const { got, url } = await receiver()
    const owner = { type: 'organization', id: 'acme' } as const
    const now = (await store.now()).getTime()
    const listener = await keyring.create({ name: 'listener', owner, scopes: ['tasks.read'] as never })
    await hooks.create({ keyId: listener.key.id, url, types: ['api_key.expiring'] })
    const keys: Key[] = []
    // One after the other: a busy machine takes longer for all of them at once than one may wait.
    for (let at = 0; at < 120; at += 1) {
      const expiresAt = new Date(now + (at % 2 === 0 ? 20 : 5) * dayMs)
      const { key } = await keyring.create({ name: `k${at}`, owner, expiresAt })
      keys.push(key)
    }
    // Long ago: a key that was made for so few days is not told of.
    await sql`update ${sql.table(`${options.tablePrefix}api_keys`)} set created_at = ${now - 90 * dayMs} where id <> ${listener.key.id}`.execute(
      db,
    )
    const processes = await Promise.all([1, 2, 3, 4].map(() => startProcess(options)))
    const told = async () => {
      const done = await Promise.all(processes.map((run) => run()))
      return {
        expiring: done.reduce((sum, one) => sum + one.expiring, 0),
        given: done.flatMap((one) => one.given),
        delivered: done.flatMap((one) => one.delivered),
      }
    }
    const first = await told()
    expect(first.expiring).toBe(120)
    expect(first.given).toHaveLength(120)
    expect(new Set(first.given).size).toBe(120)
    expect(first.given.filter((one) => one.endsWith(' 30'))).toHaveLength(60)
    expect(await told()).toEqual({ expiring: 0, given: [], delivered: [] })

    // One moves its end, so it is told of again; one is revoked.
    const [moved, revoked] = [keys[0]?.id ?? '', keys[1]?.id ?? '']
    await keyring.update(moved, { expiresAt: new Date(now + 6 * dayMs) })
    await keyring.revoke(revoked)
    expect(await told()).toMatchObject({ expiring: 1, given: [expect.stringMatching(/ 7$/)] })

    // A key with a schedule is rotated by one process, and both of its tokens work.
    const rotated = await keyring.create({ name: 'rotated', owner })
    await keyring.scheduleRotation(rotated.key.id, { everyMs: 30 * dayMs, graceMs: dayMs })
    await sql`update ${sql.table(`${options.tablePrefix}api_key_rotations`)} set due_at = 0`.execute(db)
    const { delivered } = await told()
    expect(delivered).toEqual([{ id: expect.stringContaining(rotated.key.id), token: expect.any(String) }])
    for (const token of [delivered[0]?.token ?? '', rotated.token.reveal()])
      expect((await keyring.verify(token)).ok).toBe(true)
    expect((await told()).delivered).toEqual([])

    // Webhooks looks for the same by itself: it is the same event.
    for (let round = 0; round < 50 && got.length < 121; round += 1) await hooks.run()
    await hooks.run()
    expect(got).toHaveLength(121)
    const heard = got.map(({ type, data }) => `${type} ${data.key_id} ${data.days}`)
    expect(new Set(heard).size).toBe(121)
    expect(heard).toContain(`api_key.expiring ${moved} 7`)
    expect(heard).toContain(`api_key.expiring ${moved} 30`)
  }, 300_000)
})
