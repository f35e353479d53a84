import { expect, it, onTestFinished, vi } from 'vitest'
import { slotOf } from '../src/hash-slot.js'
import { type IoredisClusterLike, redisFailureLimiter, redisRateLimiter } from '../src/index.js'

const perHour = { name: 'hour', limit: 12, windowMs: 3_600_000 }
const half = 8_192

/** A cluster of two nodes of which the first fails. `redis-cluster.test.ts` has a real one, where everything is tested. */
function brokenCluster(answer: readonly number[]) {
  const nodes = { first: 'a:1', isFirstAway: true }
  const run = vi.fn(async (_script: string, _count: number, key = '') => {
    if (nodes.isFirstAway && slotOf([key]) < half) throw new Error('CLUSTERDOWN Hash slot not served')
    return answer
  })
  const slots = new Proxy<string[][]>([], {
    get: (target, slot) =>
      typeof slot === 'string' && /^\d+$/.test(slot)
        ? [Number(slot) < half ? nodes.first : 'b:1']
        : Reflect.get(target, slot),
  })
  const client: IoredisClusterLike = {
    status: 'ready',
    isCluster: true,
    slots,
    eval: run,
    publish: async () => 0,
    nodes: () => [],
  }
  const named = (isOfFirst: boolean): string => {
    for (;;) {
      const name = crypto.randomUUID()
      if (slotOf([name]) < half === isOfFirst) return name
    }
  }
  return { client, run, nodes, ofFirst: named(true), ofSecond: named(false) }
}

it('while one node is away, the calls of others go on, and it is asked by few of its own', async () => {
  const { client, run, ofFirst, ofSecond } = brokenCluster([1, 1, 1_000])
  const limiter = redisRateLimiter(client, { onOutage: () => {} })
  for (let call = 0; call < 50; call += 1) {
    expect(await limiter.take(ofFirst, [perHour], 0)).toMatchObject({ degraded: true })
    expect(await limiter.take(ofSecond, [perHour], 1)).toMatchObject({ degraded: false })
  }
  expect(run.mock.calls.length).toBeLessThan(75)
})

it('what a node could not be told is told to the one that has replaced it, and not tried with answers of others', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const { client, run, nodes, ofFirst, ofSecond } = brokenCluster([1, 0, 0, 1_000])
  const limiter = redisFailureLimiter(client, { onOutage: () => {} })
  const bounds = (network: string) => [{ network, limit: 100, windowMs: 3_600_000 }]
  const sentFor = (network: string) => run.mock.calls.filter((call) => call[2]?.includes(network)).length

  nodes.isFirstAway = false
  const attempt = await limiter.reserve(bounds(ofFirst))
  nodes.isFirstAway = true
  if (attempt.reserved) attempt.settle(true)
  await vi.advanceTimersByTimeAsync(300)
  const before = sentFor(ofFirst)
  for (let call = 0; call < 50; call += 1) await limiter.reserve(bounds(ofSecond))
  expect(sentFor(ofFirst)).toBe(before)

  Object.assign(nodes, { first: 'c:1', isFirstAway: false })
  await limiter.reserve(bounds(ofFirst))
  expect(sentFor(ofFirst)).toBe(before + 2)
})
