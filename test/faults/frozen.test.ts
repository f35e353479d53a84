import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { servers } from './servers.js'
import { healed, request, worlds } from './world.js'

const postgres = servers.filter(({ name }) => name === 'PostgreSQL')

describe.each(postgres)('$name', (server) => {
  const makeWorld = worlds(server)

  it('that is frozen: requests are refused at once, one statement probes, and all is told once (FI-42, FI-43, I1)', async () => {
    const { proxy, direct, behind, input } = await makeWorld()
    const { token } = await direct.keyring.create(input)
    const text = token.reveal()
    const { keyring, events } = behind({}, { verifyTimeoutMs: 300 })
    expect((await request(keyring, text)).status).toBe(200)
    events.length = 0

    proxy.freeze()
    // The first wait for the store, until five of them and the probe are late.
    await Promise.all(Array.from({ length: 20 }, () => request(keyring, text)))
    await expect.poll(async () => (await request(keyring, text)).ms).toBeLessThan(100)
    await wait(700) // what was asked before then asks no more
    const before = proxy.questions
    const answers = await Promise.all(Array.from({ length: 2_000 }, () => request(keyring, text)))
    expect(new Set(answers.map(({ status, retryAfter }) => `${status} ${retryAfter}`))).toEqual(new Set(['503 5']))
    expect(proxy.questions - before).toBeLessThan(10)
    expect(events).toEqual([
      { type: 'keyring.outage_began', reason: 'timeout', error: expect.any(Error), at: expect.any(Date) },
    ])

    proxy.heal()
    expect(await healed(keyring, text)).toBe(true)
    await expect.poll(() => events).toHaveLength(2)
    expect(events[1]).toMatchObject({ type: 'keyring.outage_ended', reason: 'timeout' })
    expect(events[1]).toHaveProperty('refused', expect.any(Number))
    await keyring.close()
    await direct.keyring.close()
  })
})
