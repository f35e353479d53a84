import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { StoreUnavailable } from '../../src/errors/store-errors.js'
import { good, open } from '../support/setup.js'

const secret = 'postgres://keys:hunter2@db/keys'
const coded = (fields: object) => Object.assign(new Error(`cannot: ${secret}`), fields)

let warnings: string[] = []
beforeEach(() => {
  vi.useFakeTimers()
  warnings = []
  vi.spyOn(process, 'emitWarning').mockImplementation((text) => {
    warnings.push(String(text))
  })
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** A keyring whose host listens to nothing, with a store that is switched. */
async function make(options: Parameters<typeof open>[0] = {}) {
  const world = open({ onEvent: undefined, ...options })
  const { token } = await world.keyring.create(good)
  const text = token.reveal()
  const fault: { error: unknown } = { error: null }
  world.storage.stubs.find = async (id) => {
    if (fault.error !== null) throw fault.error
    return world.store.find(id)
  }
  /** Requests, one each 10 ms. */
  const ask = async (count: number) => {
    for (let index = 0; index < count; index += 1) {
      await world.keyring.verify(text)
      await vi.advanceTimersByTimeAsync(10)
    }
  }
  return { ...world, fault, ask }
}

describe('without onEvent, the process is warned', () => {
  it.each<[string, unknown, RegExp]>([
    ['PostgreSQL has no table', coded({ code: '42P01' }), /run migrateToLatest\(db\).* \(42P01\)/],
    ['MySQL has no table', coded({ errno: 1146, code: 'ER_NO_SUCH_TABLE' }), /run migrateToLatest\(db\)/],
    ['SQLite has no table', new Error('no such table: api_keys'), /run migrateToLatest\(db\)/],
    [
      'D1 has no table',
      new Error('D1_ERROR: no such table: api_keys: SQLITE_ERROR'),
      /or the migrations of @keywright\/d1\./,
    ],
    [
      'the schema is an old one',
      new Error('The key tables are not there. Run migrateToLatest(db)'),
      /run migrateToLatest\(db\)/,
    ],
    ['PostgreSQL lacks a grant', coded({ code: '42501' }), /grant select, insert and update/],
    ['MySQL lacks a grant', coded({ errno: 1142 }), /grant select, insert and update/],
    [
      'a cause says what is missing',
      new StoreUnavailable({ cause: coded({ code: '42501' }) }),
      /grant select, insert and update/,
    ],
    ['nothing listens', coded({ code: 'ECONNREFUSED' }), /the key store does not answer.*ECONNREFUSED/],
    ['the driver gives a text for an error', secret, /the key store does not answer/],
    ['the driver gives a code that is none', coded({ code: secret }), /the key store does not answer/],
  ])('that %s: once a minute, with what to do, and no word of the driver’s (FI-43)', async (_, error, expected) => {
    const { fault, ask } = await make()
    fault.error = error
    await ask(200)
    expect(warnings).toEqual([expect.stringMatching(expected)])
    await vi.advanceTimersByTimeAsync(60_000)
    await ask(200)
    expect(warnings).toHaveLength(2)
    expect(warnings.join()).not.toContain('hunter2')
  })

  it('of the next outage as well, where the one before was over at once; of a row of such not each time (FI-43)', async () => {
    const { fault, ask } = await make()
    for (let blip = 0; blip < 5; blip += 1) {
      fault.error = coded({ code: 'ECONNRESET' })
      await ask(4)
      fault.error = null
      await ask(1)
      await vi.advanceTimersByTimeAsync(2_000)
    }
    expect(warnings).toHaveLength(1)
    fault.error = coded({ code: 'ECONNREFUSED' })
    await ask(200)
    expect(warnings).toEqual([expect.stringContaining('ECONNRESET'), expect.stringContaining('store')])
  })

  it('of what the host’s own functions do', async () => {
    const fail = { resolveOwner: () => Promise.reject(coded({})), verifyTimeoutMs: 15 }
    const { ask } = await make(fail)
    await ask(3)
    expect(warnings).toEqual([expect.stringMatching(/resolveOwner.*Pass onEvent/)])
  })

  it('of a store that refuses to list or change keys, and not of a refusal of our own (FI-43)', async () => {
    const { keyring, storage } = await make()
    await expect(keyring.revoke('a1B2c3D4e5F6')).rejects.toMatchObject({ code: 'key_not_found' })
    expect(warnings).toEqual([])
    storage.stubs.change = () => Promise.reject(coded({ code: '42501' }))
    storage.stubs.list = () => Promise.reject(coded({ code: '42501' }))
    for (let count = 0; count < 20; count += 1) {
      await expect(keyring.revoke('a1B2c3D4e5F6')).rejects.toMatchObject({ code: 'store_unavailable' })
      await expect(keyring.list()).rejects.toMatchObject({ code: 'store_unavailable' })
    }
    expect(warnings).toEqual([expect.stringMatching(/Keys cannot be listed or changed.*grant select/)])
  })

  it('of uses that are not written', async () => {
    const { storage, ask } = await make()
    storage.stubs.recordUsage = () => Promise.reject(coded({ code: '42501' }))
    await ask(1)
    await vi.advanceTimersByTimeAsync(30_000)
    expect(warnings).toEqual([expect.stringMatching(/Uses of keys are not written.*grant/)])
  })

  it('of nothing that is the client’s fault', async () => {
    const { keyring } = await make()
    for (const text of ['', 'x', 'tk_live_x']) await keyring.verify(text)
    expect(warnings).toEqual([])
  })
})

it('with onEvent, the process is not warned (FI-43)', async () => {
  const events: unknown[] = []
  const { fault, ask } = await make({ onEvent: (event) => events.push(event) })
  fault.error = coded({ code: '42P01' })
  await ask(50)
  expect(warnings).toEqual([])
  expect(events).toEqual([{ type: 'keyring.outage_began', reason: 'store', error: fault.error, at: expect.any(Date) }])
})
