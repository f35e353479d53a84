import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../src/memory/memory-store.js'
import type { KeyStore } from '../../src/store/key-store.js'
import { good, open, start } from '../support/setup.js'
import { hub } from '../verify/hub.js'

/** A store that inserts keys in transactions alone, as late as a test says. */
function transacting(lateMs = 0): KeyStore {
  const store = memoryStore({ now: () => new Date(start) })
  const late = async <T>(work: () => Promise<T>): Promise<T> => {
    await new Promise((resolve) => setTimeout(resolve, lateMs))
    return work()
  }
  return {
    ...store,
    insert: () => Promise.reject(new Error('Outside of the transaction')),
    inTransaction: () => ({ ...store, insert: (request) => late(() => store.insert(request)) }),
  }
}

describe('inTransaction', () => {
  it('is refused by a store without transactions, and for what is no object', () => {
    const { keyring } = open({ store: memoryStore() })
    expect(() => keyring.inTransaction({})).toThrow(/^Option store must be one with transactions, such as kyselyStore/)
    for (const wrong of [undefined, null, 'trx']) {
      expect(() => keyring.inTransaction(wrong as unknown as object)).toThrow(/^transaction must be a transaction of/)
    }
  })

  it('gives the methods that manage keys, and none that shows a token again or verifies', () => {
    const { keyring } = open({ store: transacting() })
    expect(Object.keys(keyring.inTransaction({})).toSorted()).toEqual(
      'create delete disable enable ended get import list revoke rotate update'.split(' '),
    )
  })

  it('tells the bus of each change, and once more at its end; and of no creation', async () => {
    const { bus, published } = hub()
    const { keyring } = open({ store: transacting(), cache: { mode: 'bounded', ttlMs: 1_000, bus } })
    const keys = keyring.inTransaction({})
    const { key } = await keys.create(good)
    expect(published).toEqual([])
    await keys.disable(key.id)
    await keys.revoke(key.id)
    expect(published).toEqual([key.id, key.id])
    keys.ended()
    expect(published).toEqual([key.id, key.id, key.id])
  })

  it('gives up no change half-way, which the host might commit meanwhile', async () => {
    const { keyring } = open({ store: transacting(100), manageTimeoutMs: 1 })
    const { key } = await keyring.inTransaction({}).create(good)
    expect(key.status).toBe('active')
  })
})
