import { memoryRateLimiter } from '@keywright/core/limits'
import { memoryStore } from '@keywright/core/memory'
import { testKeyStore, testRateLimiter } from '../src/index.js'

testKeyStore({ name: 'memory', open: async () => memoryStore() })
testRateLimiter({ name: 'memory', open: async () => memoryRateLimiter() })
