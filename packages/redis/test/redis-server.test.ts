import { expect, it } from 'vitest'
import { testsEverything } from '../../../test/support/everything.js'
import { redisIsThere, redisUrl } from './redis-server.js'

it.skipIf(!redisIsThere && !testsEverything)('Redis answers', () => {
  expect(redisIsThere, `Nothing answers at ${redisUrl}`).toBe(true)
})
