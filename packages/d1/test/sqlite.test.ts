import { testKeyStore } from '@keywright/testkit'
import Database from 'libsql'
import { durableObjectStore, migrateDurableObject } from '../src/index.js'
import { storageOver } from './sqlite-storage.js'

// The statements alone, on each run. What else there is to D1 and to a Durable Object shows inside workerd.
const storage = storageOver(new Database(':memory:'))
await migrateDurableObject(storage)
testKeyStore({ name: 'the statements of D1 on SQLite', open: async () => durableObjectStore(storage) })
