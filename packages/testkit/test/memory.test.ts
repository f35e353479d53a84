import { memoryRateLimiter, memoryStore } from '@keywright/core'
import { testKeyStore, testRateLimiter } from '../src/index.js'

testKeyStore({ name: 'memory', open: async () => memoryStore() })
testRateLimiter({ name: 'memory', open: async () => memoryRateLimiter() })
