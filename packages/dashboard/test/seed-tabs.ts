import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { organizationId, type Product } from './product.js'

const hourMs = 3_600_000

/** Calls of all keys in the last day, and two webhooks of one of them with deliveries. Returns where the first one is. */
export async function seedTabs({ keyring, store, hooks }: Product, keyId: string): Promise<{ readonly hook: string }> {
  const { keys } = await keyring.list({ organizationId, limit: 6 })
  const now = Math.floor(Date.now() / hourMs) * hourMs
  const hours = Array.from({ length: 24 }, (_, ago) => new Date(now - ago * hourMs))
  const uses = keys.flatMap(({ id }, nth) =>
    hours.map((hour, ago) => {
      const count = Math.round((900 / (nth + 1)) * (1.2 + Math.sin((ago + nth) / 3.5)))
      return { keyId: id, organizationId, hour, count, lastUsedAt: hour }
    }),
  )
  const refusals = [2, 3, 9].map((ago) => {
    return { keyId, organizationId, hour: new Date(now - ago * hourMs), code: 'rate_limited', count: 90 * ago }
  })
  refusals.push({ keyId, organizationId, hour: new Date(now - hourMs), code: 'insufficient_scope', count: 14 })
  await store.recordUsage(crypto.randomUUID(), uses, refusals)
  return { hook: await seedWebhooks(hooks, keyId) }
}

async function seedWebhooks(hooks: Product['hooks'], keyId: string): Promise<string> {
  let isUp = true
  const server = createServer((_, response) => response.writeHead(isUp ? 204 : 503).end(isUp ? '' : 'Upstream is down'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on TCP
  const url = 'https://hooks.example.com/keywright'
  const { endpoint } = await hooks.create({
    keyId,
    url: `http://127.0.0.1:${port}/hook`,
    description: 'Fills the cache',
  })
  for (const isNextUp of [true, true, true, false]) {
    isUp = isNextUp
    await hooks.publish({ type: 'member.joined', organizationId, data: { id: 'zoe' } })
    await hooks.run()
  }
  await hooks.update(endpoint.id, { url })
  await hooks.create({ keyId, url: 'https://example.com/audit', types: ['policy.changed'] })
  server.close()
  return endpoint.id
}
