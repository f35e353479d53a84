import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { type Kysely, sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { servers } from './servers.js'
import { unknownToken } from './unknown-token.js'
import { type Answered, healed, request, worlds } from './world.js'

const unavailable = { status: 503, retryAfter: '5' }

describe.each(servers)('on $name', (server) => {
  const makeWorld = worlds(server)

  /** A world with a key, and an instance behind the proxy that has used it. */
  async function start(...shape: Parameters<Awaited<ReturnType<typeof makeWorld>>['behind']>) {
    const world = await makeWorld()
    const instance = world.behind(...shape)
    const { key, token } = await world.direct.keyring.create(world.input)
    const text = token.reveal()
    expect((await request(instance.keyring, text)).status).toBe(200)
    return { ...world, instance, id: key.id, text, send: () => request(instance.keyring, text) }
  }

  it('FI-1: refused connections give 503 with Retry-After at once, and requests pass again when the server is back', async () => {
    const { proxy, instance, text, send, id } = await start()
    await proxy.refuse()
    const answers: Answered[] = []
    for (let count = 0; count < 5; count += 1) answers.push(await send())
    for (const answer of answers) expect(answer).toMatchObject(unavailable)
    expect(Math.min(...answers.map(({ ms }) => ms))).toBeLessThan(100)
    await expect(instance.keyring.disable(id)).rejects.toMatchObject({ code: 'store_unavailable' })
    proxy.heal()
    expect(await healed(instance.keyring, text)).toBe(true)
  })

  it('FI-1: an instance that starts without a server works as soon as there is one', async () => {
    const { proxy, behind, direct, input } = await makeWorld()
    const { token } = await direct.keyring.create(input)
    await proxy.refuse()
    const { keyring } = behind()
    expect(await request(keyring, token.reveal())).toMatchObject(unavailable)
    expect(await keyring.doctor()).toMatchObject([{ code: 'store_unavailable', severity: 'error' }])
    proxy.heal()
    expect(await healed(keyring, token.reveal())).toBe(true)
    expect(await keyring.doctor()).toEqual([])
  })

  it('FI-2: a connection that is reset under a verification gives 503, at most one retry, and no crash', async () => {
    const { proxy, instance, text, send } = await start()
    proxy.slow(100)
    const asked = Promise.all([send(), send(), send()])
    await wait(50)
    proxy.cut()
    for (const answer of await asked) expect(answer).toMatchObject(unavailable)
    proxy.heal()
    expect(await healed(instance.keyring, text)).toBe(true)
  })

  it('FI-2: an answer that ends in its middle gives 503', async () => {
    const { proxy, instance, text, send } = await start()
    proxy.resetAfter(40)
    expect(await send()).toMatchObject(unavailable)
    proxy.heal()
    expect(await healed(instance.keyring, text)).toBe(true)
  })

  it('FI-2: idle connections that are reset are replaced', async () => {
    const { proxy, instance, text } = await start()
    await Promise.all(Array.from({ length: 5 }, () => sql`select 1`.execute(instance.db)))
    proxy.cut()
    expect(await healed(instance.keyring, text)).toBe(true)
  })

  it.each([
    ['a blackhole', 'blackhole'],
    ['a half-open connection', 'halfOpen'],
  ] as const)(
    'FI-3: %s gives 503 at verifyTimeoutMs; its connections are discarded, and none is left behind',
    async (_, fault) => {
      const { proxy, instance, text, send } = await start(
        // The store is asked whether it is back: connections that are begun meanwhile must end as well.
        { max: 4, answerTimeoutMs: 600, connectTimeoutMs: 1_000 },
        { verifyTimeoutMs: 300 },
      )
      proxy[fault]()
      const asked = send()
      const late = await asked
      if (fault === 'blackhole') {
        expect(late).toMatchObject(unavailable)
        expect(late.ms).toBeGreaterThan(290)
        expect(late.ms).toBeLessThan(1_000)
        // More than the pool has connections for.
        for (let round = 0; round < 3; round += 1) {
          for (const answer of await Promise.all([send(), send(), send()])) expect(answer).toMatchObject(unavailable)
        }
        await wait(700)
      }
      proxy.heal()
      expect(await healed(instance.keyring, text)).toBe(true)
      expect(instance.size()).toBeLessThanOrEqual(4)
      await expect.poll(() => proxy.open, { timeout: 4_000 }).toBeLessThanOrEqual(4)
      expect(await Promise.all(Array.from({ length: 8 }, () => sql`select 1`.execute(instance.db)))).toHaveLength(8)
    },
  )

  it("FI-3: a host's own stream may take as long as its reader", async () => {
    // Of PostgreSQL, Kysely streams with a cursor that is a package of its own.
    if (server.name === 'PostgreSQL') return
    const { instance, input, tablePrefix } = await start({ answerTimeoutMs: 100 })
    await instance.keyring.create(input)
    const rows: unknown[] = []
    const query = (instance.db as Kysely<Record<string, { id: string }>>).selectFrom(`${tablePrefix}api_keys`)
    for await (const row of query.select('id').stream()) {
      rows.push(row)
      await wait(150)
    }
    expect(rows.length).toBeGreaterThan(1)
    expect(instance.size()).toBe(1)
  })

  it('FI-3: a change that meets a blackhole fails in time, and holds no lock that it could release', async () => {
    const { proxy, instance, direct, id } = await start({ answerTimeoutMs: 300 })
    proxy.blackhole()
    await expect(instance.keyring.disable(id)).rejects.toMatchObject({ code: 'store_unavailable' })
    proxy.heal()
    expect((await direct.keyring.disable(id)).status).toBe('disabled')
  })

  it('FI-4: 200 requests at once over a server that takes a second share few statements, and leave the event loop free', async () => {
    const { proxy, direct, behind, input } = await makeWorld()
    const tokens: string[] = []
    for (let count = 0; count < 40; count += 1) tokens.push((await direct.keyring.create(input)).token.reveal())
    const { keyring, db, size } = behind({}, { verifyTimeoutMs: 4_000 })
    await request(keyring, tokens[0] ?? '')
    const before = proxy.questions
    proxy.slow(450, 100)
    const delays = monitorEventLoopDelay({ resolution: 5 })
    delays.enable()
    const answers = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        // Not all in one turn of the event loop.
        await wait(index % 10)
        return request(keyring, tokens[index % 40] ?? '')
      }),
    )
    delays.disable()
    expect(proxy.questions - before).toBeLessThan(60)
    expect(answers.map(({ status }) => status)).toEqual(Array(200).fill(200))
    expect(delays.percentile(90) / 1e6).toBeLessThan(50)
    // Some of the pool stays free for the host.
    expect(size()).toBeLessThanOrEqual(5)
    await expect(sql`select 1`.execute(db)).resolves.toBeDefined()
  })

  it('FI-4: requests that a slow server cannot serve are refused before the deadline', async () => {
    const { proxy, behind, direct, input } = await makeWorld()
    const { token } = await direct.keyring.create(input)
    const { keyring } = behind({}, { verifyTimeoutMs: 10_000 })
    await request(keyring, token.reveal())
    proxy.slow(700)
    const answers = await Promise.all(Array.from({ length: 2_000 }, () => request(keyring, unknownToken())))
    const refused = answers.filter(({ status }) => status === 503)
    expect(refused.length).toBeGreaterThan(1_000)
    expect(Math.max(...refused.map(({ ms }) => ms))).toBeLessThan(5_000)
    // No infrastructure makes a good key a bad one; these are unknown indeed.
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401, 503]))
    proxy.heal()
    expect(await healed(keyring, token.reveal())).toBe(true)
  })

  it('FI-5: while the host holds all connections, verifications give 503, and pass when it releases them', async () => {
    const { instance, text, send } = await start({ max: 3, answerTimeoutMs: 300 })
    const holding = Array.from({ length: 3 }, () => instance.db.startTransaction().execute())
    const held = await Promise.all(holding)
    const answers = await Promise.all(Array.from({ length: 20 }, send))
    for (const answer of answers) {
      expect(answer).toMatchObject(unavailable)
      expect(answer.ms).toBeLessThan(2_000)
    }
    for (const trx of held) await trx.rollback().execute()
    expect(await healed(instance.keyring, text)).toBe(true)
  })

  it('FI-5: one connection is enough for all verbs at once', async () => {
    const { behind, input, owner } = await makeWorld()
    const { keyring } = behind({ max: 1 }, { plans: { any: { maxKeys: 20 } }, resolvePlan: () => 'any' })
    const created = await Promise.all(Array.from({ length: 20 }, () => keyring.create(input)))
    await Promise.all(
      created.flatMap(({ key: { id }, token }, index) => [
        keyring.verify(token.reveal()),
        index % 2 === 0 ? keyring.rotate(id) : keyring.disable(id).then(() => keyring.enable(id)),
        keyring.update(id, { name: 'n' }),
        keyring.list(),
      ]),
    )
    await Promise.all(created.map(({ key: { id } }) => keyring.revoke(id)))
    expect(await keyring.stats({ organizationId: owner.id })).toMatchObject({ totalCreated: 20, revoked: 20 })
    expect(await keyring.audit.verify({ organizationId: owner.id })).toMatchObject({ ok: true })
  })

  it("FI-6: verbs during a host's transaction are not part of it", async () => {
    const { instance, text, input, direct } = await start()
    const trx = await instance.db.startTransaction().execute()
    await sql`select 1`.execute(trx)
    expect((await request(instance.keyring, text)).status).toBe(200)
    const { key } = await instance.keyring.create(input)
    await trx.rollback().execute()
    expect(await direct.keyring.get(key.id)).toMatchObject({ status: 'active' })
    expect((await request(instance.keyring, text)).status).toBe(200)
  })
})
