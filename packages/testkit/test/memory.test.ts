import { memoryStore } from '@keywright/core/memory'
import { testKeyStore } from '../src/index.js'

testKeyStore({ name: 'memory', open: async () => memoryStore() })
