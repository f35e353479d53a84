import { expect, it } from 'vitest'
import { redisIsThere, redisUrl } from './redis-server.js'

it.skipIf(!redisIsThere && process.env.KEYWRIGHT_TEST_ALL_ENGINES !== '1')('Redis is there', () => {
  expect(redisIsThere, `Nothing answers at ${redisUrl}`).toBe(true)
})
