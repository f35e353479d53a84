import { testInvalidationBus } from '@keywright/testkit'
import { describe, expect, it, vi } from 'vitest'
import { redisBus } from '../src/index.js'
import { clients, connectForTest, newPrefix } from './clients.js'
import { redisProxy } from './redis-proxy.js'
import { redisIsThere } from './redis-server.js'

for (const { name } of redisIsThere ? clients : []) {
  testInvalidationBus({
    name: `Redis by ${name}`,
    open: async () => {
      const channel = newPrefix()
      const end = async () => {
        const proxy = await redisProxy()
        const { client, ready } = connectForTest(name, proxy.url)
        await ready
        return { bus: redisBus(client, { channel }), breakConnections: async () => proxy.cut() }
      }
      return [await end(), await end()]
    },
  })
}

describe.skipIf(!redisIsThere).each(clients)('redisBus over $name', ({ name }) => {
  it('starts while Redis is down, and listens once it answers (FI-10)', async () => {
    const proxy = await redisProxy({ isUp: false })
    const { client, ready } = connectForTest(name, proxy.url)
    const [messages, states]: [string[], boolean[]] = [[], []]
    const bus = redisBus(client, { channel: newPrefix() })
    const stop = bus.subscribe(
      (keyId) => messages.push(keyId),
      (state) => states.push(state),
    )
    await expect.poll(() => states.length).toBeGreaterThan(0)
    expect(new Set(states)).toEqual(new Set([false]))
    proxy.heal()
    await ready
    await expect.poll(() => states.at(-1)).toBe(true)
    await bus.publish('k')
    await expect.poll(() => messages).toEqual(['k'])
    await stop()
  })

  it('can be stopped while Redis is down', async () => {
    const proxy = await redisProxy({ isUp: false })
    const { client } = connectForTest(name, proxy.url)
    const states: boolean[] = []
    const stop = redisBus(client).subscribe(
      () => {},
      (state) => states.push(state),
    )
    await stop()
    await stop()
    expect(states).not.toContain(true)
  })
})

it.each<[string, unknown, unknown]>([
  ['client', null, {}],
  ['client', {}, {}],
  ['channel', { eval: () => {}, status: 'ready' }, { channel: '' }],
  ['channel', { eval: () => {}, status: 'ready' }, { channel: 5 }],
])('refuses a wrong %s (%o, %o)', (field, client, options) => {
  // @ts-expect-error wrong on purpose
  expect(() => redisBus(client, options)).toThrow(`Option ${field} must be `)
})

it.each<[string, unknown, string]>([
  ['a misspelt channel', { chanel: 'keys' }, 'Unknown option chanel. Did you mean channel?'],
  ['null as options', null, 'Option options must be an object with some of: channel.'],
  ['a channel in place of options', 'keys', 'Option options must be an object with some of: channel.'],
])('redisBus refuses %s, and sends nothing', (_, options, message) => {
  const client = { status: 'ready', eval: vi.fn(), publish: vi.fn(), duplicate: vi.fn() }
  // @ts-expect-error wrong on purpose
  expect(() => redisBus(client, options)).toThrow(expect.objectContaining({ code: 'invalid_options', message }))
  for (const method of [client.eval, client.publish, client.duplicate]) expect(method).not.toHaveBeenCalled()
})
