import { setTimeout as wait } from 'node:timers/promises'
import { sql } from 'kysely'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { servers } from './servers.js'
import { request, worlds } from './world.js'

const minuteMs = 60_000
const hourMs = 60 * minuteMs

/** Sets this process's clock wrong, until the test is over. */
function shiftClock(ms: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms })
}

describe.each(servers)('on $name', (server) => {
  const makeWorld = worlds(server)

  describe.each([
    ['ahead', 10],
    ['behind', -10],
  ])('FI-14: a process whose clock is ten minutes %s', (_, minutes) => {
    async function start() {
      const world = await makeWorld()
      const { direct, input } = world
      // What is right, by a clock that nobody sets.
      const begun = Date.now() - performance.now()
      onTestFinished(() => {
        vi.useRealTimers()
      })
      const inMs = (ms: number) => new Date(Math.round(begun + performance.now() + ms))
      const pass = async (token: { reveal(): string }) => (await request(direct.keyring, token.reveal())).status
      return { ...direct, input, owner: world.owner, inMs, pass, shift: () => shiftClock(minutes * minuteMs) }
    }

    it("neither kills keys nor revives them, for expiry is the store's", async () => {
      const { keyring, input, owner, inMs, pass, shift } = await start()
      shift()
      const [long, short] = await Promise.all([
        keyring.create({ ...input, expiresAt: inMs(5 * minuteMs) }),
        keyring.create({ ...input, expiresAt: inMs(700) }),
      ])
      expect(await pass(long.token)).toBe(200)
      expect(await pass(short.token)).toBe(200)
      await wait(900)
      expect(await pass(long.token)).toBe(200)
      expect(await pass(short.token)).toBe(401)
      expect((await keyring.list({ owner, status: 'expired' })).keys.map(({ id }) => id)).toEqual([short.key.id])
      await expect(keyring.create({ ...input, expiresAt: inMs(-minuteMs) })).rejects.toMatchObject({
        code: 'invalid_input',
      })
      // Set right again in the midst of things.
      vi.useRealTimers()
      expect(await pass(long.token)).toBe(200)
      expect(await pass(short.token)).toBe(401)
    })

    it('neither shortens nor prolongs the grace of a rotation', async () => {
      const { keyring, input, pass, shift } = await start()
      shift()
      const [long, short] = [await keyring.create(input), await keyring.create(input)]
      await keyring.rotate(long.key.id, { graceMs: 5 * minuteMs })
      await keyring.rotate(short.key.id, { graceMs: 300 })
      await wait(500)
      expect(await pass(long.token)).toBe(200)
      expect(await pass(short.token)).toBe(401)
    })

    it("writes the store's time into keys, usage and the audit log, and is reported by the doctor", async () => {
      const { keyring, input, owner, inMs, pass, shift } = await start()
      const { key, token } = await keyring.create(input)
      shift()
      await keyring.disable(key.id)
      await keyring.enable(key.id)
      expect(await pass(token)).toBe(200)
      const { lastCallAt, callsLast24h } = await keyring.stats({ organizationId: owner.id })
      expect(callsLast24h).toBe(1)
      const { records } = await keyring.audit.list({ organizationId: owner.id })
      const { createdAt, updatedAt } = (await keyring.get(key.id)) ?? expect.unreachable()
      for (const at of [lastCallAt, createdAt, updatedAt, ...records.map((record) => record.at)]) {
        expect(Math.abs((at?.getTime() ?? 0) - inMs(0).getTime())).toBeLessThan(minuteMs)
      }
      expect(await keyring.doctor()).toMatchObject([{ code: 'clock_differs', severity: 'warning' }])
    })
  })

  it('FI-14: a clock that jumps blocks a rate limit for no longer than its window', async () => {
    const { behind, input } = await makeWorld()
    const { keyring } = behind({}, { rateLimits: { burst: { limit: 2, windowMs: 1_000 } } })
    const { token } = await keyring.create(input)
    const statuses = async () => [await send(), await send(), await send()]
    const send = async () => (await request(keyring, token.reveal())).status
    onTestFinished(() => {
      vi.useRealTimers()
    })
    expect(await statuses()).toEqual([200, 200, 429])
    for (const minutes of [10, -20, 10]) {
      shiftClock(minutes * minuteMs)
      await wait(1_100)
      expect(await statuses()).toEqual([200, 200, 429])
    }
  })

  it('FI-15: a store whose clock jumps an hour ahead and back keeps its chain, its keys and their last uses', async () => {
    const world = await makeWorld()
    let isAhead = false
    onTestFinished(async () => {
      await sql.raw(server.forgetClock(world.tablePrefix)).execute(world.direct.db)
    })
    const { keyring, db } = world.behind({
      max: 1,
      onConnect: () => (isAhead ? server.anHourAhead(world.tablePrefix) : 'select 1'),
    })
    const send = async ({ token }: { token: { reveal(): string } }) => (await request(keyring, token.reveal())).status
    const jump = async (ahead: boolean) => {
      isAhead = ahead
      world.proxy.cut()
      await expect
        .poll(() =>
          sql`select 1`.execute(db).then(
            () => true,
            () => false,
          ),
        )
        .toBe(true)
    }
    const usedAt = async () => (await keyring.stats({ organizationId: world.owner.id })).lastCallAt?.getTime() ?? 0

    const first = await keyring.create(world.input)
    const soon = await keyring.create({ ...world.input, expiresAt: new Date(Date.now() + hourMs / 2) })
    expect([await send(first), await send(soon)]).toEqual([200, 200])
    await jump(true)
    expect([await send(first), await send(soon)]).toEqual([200, 401])
    const second = await keyring.create(world.input)
    expect(second.key.createdAt.getTime() - first.key.createdAt.getTime()).toBeGreaterThan(hourMs - minuteMs)
    expect(await send(second)).toBe(200)
    const lastUse = await usedAt()
    await keyring.rotate(first.key.id)
    await jump(false)
    expect([await send(first), await send(soon), await send(second)]).toEqual([401, 200, 200])
    await keyring.revoke(second.key.id)
    expect(await send(second)).toBe(401)
    expect(await usedAt()).toBe(lastUse)
    const { records } = await keyring.audit.list({ organizationId: world.owner.id })
    expect(records.map(({ seq }) => seq)).toEqual([5, 4, 3, 2, 1])
    expect(await keyring.audit.verify({ organizationId: world.owner.id })).toMatchObject({ ok: true })
  })
})
