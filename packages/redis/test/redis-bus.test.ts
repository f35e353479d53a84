import { testInvalidationBus } from '@keywright/testkit'
import { describe, expect, it } from 'vitest'
import { redisBus } from '../src/index.js'
import { clients, connectForTest, newPrefix } from './clients.js'
import { redisIsThere, redisUrl } from './redis-server.js'
import { tcpProxy } from './tcp-proxy.js'

for (const { name } of redisIsThere ? clients : []) {
  testInvalidationBus({
    name: `Redis by ${name}`,
    open: async () => {
      const channel = newPrefix()
      const end = async () => {
        const proxy = await tcpProxy(redisUrl)
        const { client, ready } = connectForTest(name, proxy.url)
        await ready
        return { bus: redisBus(client, { channel }), breakConnections: async () => proxy.reset() }
      }
      return [await end(), await end()]
    },
  })
}

describe.skipIf(!redisIsThere).each(clients)('redisBus over $name', ({ name }) => {
  it('starts while Redis is down, and listens when it is there (FI-10)', async () => {
    const proxy = await tcpProxy(redisUrl, { isUp: false })
    const { client, ready } = connectForTest(name, proxy.url)
    const [messages, states]: [string[], boolean[]] = [[], []]
    const bus = redisBus(client, { channel: newPrefix() })
    const stop = bus.subscribe(
      (keyId) => messages.push(keyId),
      (state) => states.push(state),
    )
    await expect.poll(() => states.length).toBeGreaterThan(0)
    expect(new Set(states)).toEqual(new Set([false]))
    await proxy.heal()
    await ready
    await expect.poll(() => states.at(-1), { timeout: 5_000 }).toBe(true)
    await bus.publish('k')
    await expect.poll(() => messages).toEqual(['k'])
    await stop()
  })

  it('can be stopped while Redis is down', async () => {
    const proxy = await tcpProxy(redisUrl, { isUp: false })
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
  expect(() => redisBus(client, options)).toThrow(`Option ${field}: expected`)
})
