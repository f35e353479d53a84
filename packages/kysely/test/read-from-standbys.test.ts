import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type KeyringEvent, StoreUnavailable } from '@keywright/core'
import type { Kysely, LogEvent } from 'kysely'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { describeFully } from '../../../test/support/everything.js'
import { connectionTo, findPostgresPrograms, ownPostgres } from '../../../test/support/own-postgres.js'
import { type KeyTables, kyselyStore, migrateToLatest } from '../src/index.js'
import { isProblem, type Proof } from '../src/replicas/proof.js'
import { beginStandbyProof } from '../src/replicas/prove-standby.js'
import { newPrefix } from './drop-tables.js'
import { input, keyringOver } from './keyring-over.js'
import { bothNames, hasPrograms, openFor, type StandbyServers, startStandbys } from './standby-servers.js'

if (!hasPrograms) console.warn('Standbys of PostgreSQL are left out: no initdb on this machine')

describeFully('verifications that read from standbys of PostgreSQL', () => {
  let servers: StandbyServers
  beforeAll(async () => {
    if (!hasPrograms) expect.unreachable('No initdb on this machine')
    servers = await startStandbys()
  })
  afterAll(() => servers?.remove())

  /** A process: its own pools, and a keyring over them. */
  function processOf(
    tablePrefix: string,
    { replicas = servers.standbys.map(({ url }) => url), user = 'postgres' } = {},
  ) {
    const sent: string[] = []
    const read: string[] = []
    const record =
      (list: string[]) =>
      ({ query }: LogEvent): void => {
        if (query.sql.includes(`${tablePrefix}api_keys`)) list.push(query.sql)
      }
    const as = (url: string) => url.replace('//postgres@', `//${user}@`)
    const db: Kysely<object> = openFor(as(servers.primary.url), { kyselyLog: record(sent), answerTimeoutMs: 30_000 })
    const readFrom = replicas.map((url) => openFor(as(url), { kyselyLog: record(read) }))
    const { keyring, events } = keyringOver(kyselyStore(db, { tablePrefix, readFrom }), { verifyTimeoutMs: 20_000 })
    return { db, keyring, events, sent, read, readFrom }
  }

  async function keyIn() {
    const tablePrefix = newPrefix()
    await migrateToLatest(openFor(servers.primary.url), { tablePrefix })
    const writer = processOf(tablePrefix)
    const { key, token } = await writer.keyring.create(input)
    return { tablePrefix, writer, key, token: token.reveal() }
  }

  /** Which standbys a process reads from, as it has told. */
  const usedBy = ({ events }: { readonly events: readonly KeyringEvent[] }): number[] => {
    const used = new Set<number>()
    for (const event of events) {
      if (event.type === 'store.replica_used') used.add(event.index)
      if (event.type === 'store.replica_left') used.delete(event.index)
    }
    return [...used].sort()
  }

  /** Verifies, for what is verified alone asks replicas, until a process is told why it does not read from one of them. */
  async function expectLeft(process: ReturnType<typeof processOf>, token: string, index: number, message: RegExp) {
    const told = async (): Promise<string> => {
      expect((await process.keyring.verify(token)).ok).toBe(true)
      return JSON.stringify(await process.keyring.doctor())
    }
    await expect.poll(told).toMatch(message)
    expect(usedBy(process)).not.toContain(index)
    const before = process.read.length
    for (let time = 0; time < 4; time += 1) expect((await process.keyring.verify(token)).ok).toBe(true)
    if (process.readFrom.length === 1) expect(process.read.length).toBe(before)
  }

  /** Verifies until standbys are read. */
  async function untilRead({ keyring, read }: ReturnType<typeof processOf>, token: string): Promise<void> {
    const before = read.length
    await expect
      .poll(async () => {
        await keyring.verify(token)
        return read.length
      })
      .toBeGreaterThan(before)
  }

  it('read there, and no more from the primary; changes and lists go to the primary (REP-1)', async () => {
    const { tablePrefix, key, token } = await keyIn()
    const reader = processOf(tablePrefix)
    await untilRead(reader, token)
    await expect.poll(() => usedBy(reader)).toEqual([0, 1])
    const [onPrimary, onStandbys] = [reader.sent.length, reader.read.length]
    for (let time = 0; time < 10; time += 1) expect((await reader.keyring.verify(token)).ok).toBe(true)
    expect(reader.sent.length).toBe(onPrimary)
    expect(reader.read.length).toBe(onStandbys + 10)
    expect((await reader.keyring.get(key.id))?.id).toBe(key.id)
    await reader.keyring.disable(key.id)
    expect(reader.read.length).toBe(onStandbys + 10)
    expect(await reader.keyring.verify(token)).toMatchObject({ refusal: { code: 'api_key_disabled' } })
    expect(await reader.keyring.doctor()).toEqual([])
  })

  it.each<[setting: string, names: string, commit: string, message: RegExp]>([
    ['none', '', 'remote_apply', /list that waits for each/],
    ['the first of two', 'FIRST 1 (s1, s2)', 'remote_apply', /list that waits for each/],
    ['any', '*', 'remote_apply', /list that waits for each/],
    ['the other one', 'FIRST 1 (s2)', 'remote_apply', /waited for\. Add it to synchronous_standby_names/],
    ['both, until they have written', bothNames, 'remote_write', /synchronous_commit is remote_write/],
    ['both, until it is on their disks', bothNames, 'on', /synchronous_commit is on/],
  ])('read from the primary where commits wait for %s (REP-2)', async (_, names, commit, message) => {
    const { tablePrefix, token } = await keyIn()
    await servers.waitFor(names, commit)
    try {
      await expectLeft(processOf(tablePrefix, { replicas: [servers.standbys[0].url] }), token, 0, message)
    } finally {
      await servers.waitFor(bothNames)
    }
  })

  it('read from the primary while two standbys have one name (REP-2)', async () => {
    const { tablePrefix, token } = await keyIn()
    const rename = (name: string) => {
      const follow = `alter system set primary_conninfo = '${connectionTo(servers.primary.url, name)}'`
      return servers.run(servers.standbys[1], follow, 'select pg_reload_conf()')
    }
    await rename('s1')
    try {
      const reader = processOf(tablePrefix, { replicas: [servers.standbys[0].url] })
      await expectLeft(reader, token, 0, /Several standbys are connected to the primary as s1/)
    } finally {
      await rename('s2')
    }
  })

  it('read from the primary while another server has the name of a standby behind a standby (REP-2)', async () => {
    const { tablePrefix, token } = await keyIn()
    const [standby, other] = servers.standbys
    const follow = (url: string) =>
      servers.run(
        standby,
        `alter system set primary_conninfo = '${connectionTo(url, 's1')}'`,
        'select pg_reload_conf()',
      )
    const reader = processOf(tablePrefix, { replicas: [standby.url] })
    const folder = mkdtempSync(join(tmpdir(), 'keywright-receiver-'))
    await follow(other.url)
    try {
      await expectLeft(reader, token, 0, /No standby is connected to the primary under the name s1/)
      await new Promise((resolve) => setTimeout(resolve, 4_000))
      const program = join(findPostgresPrograms() ?? '', 'pg_receivewal')
      const receiver = spawn(program, ['-D', folder, '-d', connectionTo(servers.primary.url, 's1'), '--synchronous'])
      try {
        await expectLeft(
          reader,
          token,
          0,
          /connection that the primary has under the name s1 is another one than its own/,
        )
      } finally {
        const ended = once(receiver, 'exit')
        receiver.kill()
        await ended
      }
    } finally {
      await follow(servers.primary.url)
      rmSync(folder, { recursive: true, force: true })
    }
    await untilRead(reader, token)
  })

  it('read from the primary until their user may see how servers are connected (REP-2)', async () => {
    const { tablePrefix, token } = await keyIn()
    const user = `${tablePrefix}app`
    await servers.run(
      servers.primary,
      `create role ${user} login`,
      `grant select, insert, update, delete on all tables in schema public to ${user}`,
    )
    const reader = processOf(tablePrefix, { user })
    await expectLeft(reader, token, 0, /grant pg_read_all_stats/)
    await servers.run(servers.primary, `grant pg_read_all_stats to ${user}`)
    await untilRead(reader, token)
  })

  it('are refused with 503 from the first on if a server is no copy of the primary (REP-2)', async () => {
    const { tablePrefix, token } = await keyIn()
    const other = await ownPostgres(findPostgresPrograms() ?? '')
    onTestFinished(() => other.remove())
    await other.start()
    const reader = processOf(tablePrefix, { replicas: [servers.standbys[0].url, other.url] })
    const message = expect.stringMatching(
      /^Verifications are not read from readFrom\[1\]\. It is no copy of the primary/,
    )
    const refusal = { code: 'auth_unavailable', cause: { code: 'store_unavailable', message } }
    expect(await reader.keyring.verify(token)).toMatchObject({ refusal })
    expect(await reader.keyring.verify(token)).toMatchObject({ refusal })
    expect(await reader.keyring.doctor()).toMatchObject([{ code: 'unused_replica', message }])
  })

  it.each(['database', 'schema'])(
    'are refused with 503 where another %s of the right server would be read (REP-2)',
    async (what) => {
      const { tablePrefix, token } = await keyIn()
      const elsewhere = `elsewhere_${tablePrefix}`
      await sql`create ${sql.raw(what)} ${sql.id(elsewhere)}`.execute(openFor(servers.primary.url))
      const placeOf = (url: string): string => {
        const place = new URL(url)
        if (what === 'database') place.pathname = elsewhere
        else place.searchParams.set('options', `-c search_path=${elsewhere}`)
        return place.href
      }
      await migrateToLatest(openFor(placeOf(servers.primary.url)), { tablePrefix })
      const reader = processOf(tablePrefix, { replicas: [placeOf(servers.standbys[0].url)] })
      const message = expect.stringMatching(/ Its keys are in another database or schema than those of the primary/)
      const refusal = { code: 'auth_unavailable', cause: { code: 'store_unavailable', message } }
      expect(await reader.keyring.verify(token)).toMatchObject({ refusal })
      expect(await reader.keyring.doctor()).toMatchObject([{ code: 'unused_replica', message }])
    },
  )

  it('read from the primary if it stands in the list itself, as after a failover (REP-2)', async () => {
    const { tablePrefix, token } = await keyIn()
    await expectLeft(processOf(tablePrefix, { replicas: [servers.primary.url] }), token, 0, /It is no standby/)
  })

  /** A change that waits for a standby that applies nothing, and a reader that holds a proof of that standby. */
  async function changeThatWaits() {
    const { tablePrefix, writer, key, token } = await keyIn()
    const reader = processOf(tablePrefix, { replicas: [servers.standbys[0].url] })
    // The writer knows its server for longer than a lease: what it waits for is not that it is new.
    await untilRead(reader, token)
    await new Promise((resolve) => setTimeout(resolve, 1_300))
    // On a connection that is open: what follows must not take as long as a lease.
    const operator = openFor(servers.primary.url, { max: 1 })
    const run = async (statement: string) => (await sql.raw(statement).execute(operator)).rows as { pid: number }[]
    await run('set synchronous_commit = local')
    await servers.run(servers.standbys[0], 'select pg_wal_replay_pause()')
    await untilRead(reader, token)
    const change = writer.keyring.disable(key.id)
    const find = () => run(`select pid from pg_stat_activity where wait_event = 'SyncRep'`)
    await expect.poll(find).toHaveLength(1)
    return { reader, token, change, run, pid: (await find())[0]?.pid }
  }
  const resume = () => servers.run(servers.standbys[0], 'select pg_wal_replay_resume()')

  it('do not pass after a change was answered whose wait was cancelled (REP-3, B15)', async () => {
    const { reader, token, change, run, pid } = await changeThatWaits()
    try {
      await run(`select pg_cancel_backend(${pid})`)
      await change
      expect(await reader.keyring.verify(token)).toMatchObject({ refusal: { code: 'api_key_disabled' } })
    } finally {
      await resume()
    }
  })

  it('do not pass after a change was answered since its standby was taken off the list (REP-3)', async () => {
    const { reader, token, change, run } = await changeThatWaits()
    try {
      await run(`alter system set synchronous_standby_names = 'FIRST 1 (s2)'`)
      await run('select pg_reload_conf()')
      // The primary looks at the new list when the other standby next tells how far it is.
      await run('select txid_current()')
      await change
      expect(await reader.keyring.verify(token)).toMatchObject({ refusal: { code: 'api_key_disabled' } })
    } finally {
      await resume()
      await servers.waitFor(bothNames)
    }
  })

  it('have changes wait for standbys whatever the session would do, also in a transaction of the host (REP-3)', async () => {
    const { tablePrefix, key } = await keyIn()
    const db = openFor(servers.primary.url, { options: '-c synchronous_commit=local' })
    const readFrom = servers.standbys.map(({ url }) => openFor(url))
    const { keyring } = keyringOver(kyselyStore(db, { tablePrefix, readFrom }))
    await servers.run(servers.standbys[0], 'select pg_wal_replay_pause()')
    const change = keyring.disable(key.id)
    try {
      const waiting = `select pid from pg_stat_activity where wait_event = 'SyncRep'`
      await expect.poll(() => servers.run(servers.primary, waiting)).toHaveLength(1)
    } finally {
      await resume()
    }
    await change
    await db.transaction().execute(async (trx) => {
      const setting = async () => (await sql`select current_setting('synchronous_commit') as now`.execute(trx)).rows
      expect(await setting()).toEqual([{ now: 'local' }])
      await keyring.inTransaction(trx).enable(key.id)
      expect(await setting()).toEqual([{ now: 'remote_apply' }])
    })
  })

  it.each(['was restarted', 'has lost a process, and begun anew'])(
    'trust no answer of a standby that %s since it was proven (REP-4)',
    async (what) => {
      const [standby] = servers.standbys
      const primaryDb = openFor(servers.primary.url)
      const prove = async () => {
        const found = await (await beginStandbyProof('api_keys', () => {})(primaryDb as Kysely<KeyTables>))(
          openFor(standby.url) as Kysely<KeyTables>,
          () => true,
        )
        return isProblem(found) ? expect.unreachable(found.message) : found
      }
      let proof = null as unknown as Proof
      await expect
        .poll(async () => {
          proof = await prove()
          return proof.session
        })
        .toMatch(/^\d+\.\d+\/\d+$/)
      const answer = async () =>
        (await sql<{ reason: string | null }>`select ${proof.guard.reason} as reason`.execute(openFor(standby.url)))
          .rows
      proof.refuse(await answer())
      if (what === 'was restarted') {
        await standby.stop('immediate')
        await standby.start()
      } else {
        const db = openFor(standby.url, { max: 1 })
        const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db)
        process.kill(rows[0]?.pid ?? expect.unreachable(), 'SIGKILL')
        await expect
          .poll(() =>
            answer().then(
              () => true,
              () => false,
            ),
          )
          .toBe(true)
      }
      // Before it is connected again, and after.
      await expect.poll(async () => (await answer())[0]?.reason).not.toBe(proof.session)
      expect(() => proof.refuse([])).toThrow(StoreUnavailable)
      const rows = await answer()
      expect(() => proof.refuse(rows)).toThrow(StoreUnavailable)
      await expect.poll(async () => (await answer())[0]?.reason).toMatch(/\d/)
      const again = await answer()
      expect(() => proof.refuse(again)).toThrow(StoreUnavailable)
    },
  )

  it('go on while standbys stand still, and read there again afterwards (REP-5)', async () => {
    const { tablePrefix, token } = await keyIn()
    const reader = processOf(tablePrefix)
    await untilRead(reader, token)
    for (const standby of servers.standbys) await standby.freeze()
    try {
      for (let time = 0; time < 4; time += 1) expect((await reader.keyring.verify(token)).ok).toBe(true)
      await expect.poll(async () => (await reader.keyring.verify(token)).ok && usedBy(reader)).toEqual([])
      expect(JSON.stringify(await reader.keyring.doctor())).toMatch(/does not answer in time/)
    } finally {
      for (const standby of servers.standbys) await standby.thaw()
    }
    await expect.poll(async () => (await reader.keyring.verify(token)).ok && usedBy(reader)).toEqual([0, 1])
  })

  it('are refused with 503 while the primary is away, though standbys would answer (REP-5)', async () => {
    const { tablePrefix, token } = await keyIn()
    const reader = processOf(tablePrefix)
    await untilRead(reader, token)
    await servers.primary.stop()
    try {
      const code = async () => {
        const verdict = await reader.keyring.verify(token)
        return verdict.ok ? 'ok' : verdict.refusal.code
      }
      await expect.poll(code).toBe('auth_unavailable')
      for (let time = 0; time < 5; time += 1) expect(await code()).toBe('auth_unavailable')
    } finally {
      await servers.primary.start()
    }
    await untilRead(reader, token)
  })

  // The last: there is another primary from then on.
  it('leave a standby that was promoted, and read on from the other (REP-5)', async () => {
    const { tablePrefix, token } = await keyIn()
    const reader = processOf(tablePrefix)
    await expect.poll(async () => (await reader.keyring.verify(token)).ok && usedBy(reader)).toEqual([0, 1])
    await servers.standbys[1].promote()
    await servers.waitFor('FIRST 1 (s1)')
    await expect.poll(async () => (await reader.keyring.verify(token)).ok && usedBy(reader)).toEqual([0])
    // At first, the new list is what is told.
    const doctor = async () => JSON.stringify(await reader.keyring.doctor())
    await expect.poll(doctor).toMatch(/readFrom\[1\]\. It is no standby/)
  })
})
