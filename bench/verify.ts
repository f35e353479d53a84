import { memoryStore } from '@keywright/core'
import { at64, type Contender, compare, oneByOne } from './compare.js'
import { createKeys, type KeyDatabase, keyringOver, postgres, sqlite } from './databases.js'

// A whole verification: token parsed, key read, hash compared, status and expiry, rights capped, scope checked.
// Fewer keys than the 1 000 whose uses are kept in memory at a time: they are written every ten seconds, not at every turn.
const keyCount = 500
const databases: readonly (KeyDatabase | null)[] = [await sqlite(), await postgres('keywright_bench_verify')]
const stores = [
  { name: 'memory', store: memoryStore() },
  ...databases.flatMap((database) => (database === null ? [] : [database])),
]
const together: Contender[] = []
const single: Contender[] = []
for (const { name, store } of stores) {
  const keyring = keyringOver(store)
  const tokens = (await createKeys(keyring, keyCount)).map(({ token }) => token)
  const verify = async (token: string) => {
    if (!(await keyring.verify(token, { scopes: ['tasks.read'] })).ok) throw new Error('This key is good')
  }
  together.push({ name, ...at64(tokens, verify) })
  single.push({ name, ...oneByOne(tokens, verify) })
}
await compare('verify, 64 at once', together)
await compare('verify, one after the other', single)
for (const database of databases) await database?.close()
