import { testRateLimiter } from '@keywright/testkit'
import { describe } from 'vitest'
import { redisRateLimiter } from '../src/index.js'
import { clients, connectForTest, newPrefix } from './clients.js'
import { redisIsThere } from './redis-server.js'

describe.skipIf(!redisIsThere)('over Redis', () => {
  for (const { name } of clients) {
    testRateLimiter({
      name: `Redis by ${name}`,
      open: async () => {
        const { client, ready } = connectForTest(name)
        await ready
        return redisRateLimiter(client, { keyPrefix: newPrefix(), onUnavailable: 'fail-closed', timeoutMs: 1_000 })
      },
    })
  }
})
