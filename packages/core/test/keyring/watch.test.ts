import { describe, expect, it } from 'vitest'
import { adapterOf, type KeyringWatcher, wrapKeyring } from '../../src/entries/adapter.js'
import { createGate } from '../../src/http/gate.js'
import { input, open, wrong } from '../support/setup.js'

/** Notes what a keyring tells: the types of its events, and of the changes of keys. */
function listener() {
  const events: string[] = []
  const changes: string[] = []
  const watcher: KeyringWatcher = {
    event: ({ type }) => events.push(type),
    changed: ({ type, keyId }) => changes.push(`${type} ${keyId}`),
  }
  return { events, changes, watcher }
}

describe('a watcher of a keyring', () => {
  it('is told of each change of a key as its audit record has it, and of no call that changes nothing', async () => {
    const { keyring } = open({ imports: {} })
    const { changes, watcher } = listener()
    const stop = adapterOf(keyring).watch(watcher)
    const { key } = await keyring.create(input)
    await keyring.update(key.id, { name: 'renamed', scopes: ['reports.read'] })
    await keyring.update(key.id, { name: 'renamed' })
    await keyring.disable(key.id, {}, { dryRun: true })
    await keyring.disable(key.id)
    await keyring.disable(key.id)
    await keyring.enable(key.id)
    await keyring.rotate(key.id)
    await keyring.revoke(key.id)
    await keyring.revoke(key.id)
    await expect(keyring.enable(key.id)).rejects.toMatchObject({ code: 'invalid_state' })
    await keyring.delete(key.id)
    const imported = await keyring.import({ ...input, secret: { token: 'x'.repeat(40) }, entropyBits: 128 })
    const recorded = await keyring.audit.list({ organizationId: 'org1' })
    expect(changes).toEqual(recorded.records.map(({ type, keyId }) => `${type} ${keyId}`).reverse())
    expect(changes).toContain(`api_key.imported ${imported.id}`)
    stop()
    await keyring.create(input)
    expect(changes).toHaveLength(recorded.records.length)
  })

  it('is told of no change that the store did not take', async () => {
    const { keyring, storage } = open()
    const { changes, watcher } = listener()
    const { key } = await keyring.create(input)
    adapterOf(keyring).watch(watcher)
    storage.stubs.change = async () => {
      throw new Error('connection lost')
    }
    await expect(keyring.revoke(key.id)).rejects.toMatchObject({ code: 'store_unavailable' })
    expect(changes).toEqual([])
  })

  it('hears each event beside the host, and what it throws changes no answer', async () => {
    const { keyring, events, verify } = open()
    const one = listener()
    const faulty = () => {
      throw new Error('broken watcher')
    }
    adapterOf(keyring).watch({ event: faulty, changed: faulty })
    adapterOf(keyring).watch(one.watcher)
    const { token } = await keyring.create(input)
    expect(await verify(wrong(token.reveal()))).toBe('api_key_invalid')
    expect(one.events).toEqual(['api_key.verify_failed'])
    expect(events.map(({ type }) => type)).toEqual(one.events)
    expect(one.changes).toHaveLength(1)
  })
})

describe('wrapKeyring', () => {
  it('gives a keyring whose guards ask its own door, and leaves the given one as it is', async () => {
    const { keyring } = open()
    const { token } = await keyring.create(input)
    const asked: string[] = []
    const door = adapterOf(keyring)
    const wrapped = wrapKeyring(
      keyring,
      {
        get: async (id) => {
          asked.push(`get ${id}`)
          return null
        },
      },
      {
        verify: (credential, ...others) => {
          asked.push(`verify ${credential.id}`)
          return door.verify(credential, ...others)
        },
      },
    )
    const request = { fields: [['authorization', `Bearer ${token.reveal()}`]], url: '/' } as const
    const passes = async (of: typeof keyring) => (await createGate(of)(request, request)).ok
    expect(await passes(wrapped)).toBe(true)
    expect(await wrapped.get('a1B2c3D4e5F6')).toBeNull()
    expect(asked).toEqual([expect.stringMatching(/^verify \w{12}$/), 'get a1B2c3D4e5F6'])
    expect(await passes(keyring)).toBe(true)
    expect(asked).toHaveLength(2)
    expect(Object.isFrozen(wrapped)).toBe(true)
  })

  it('refuses what createKeyring did not make', () => {
    expect(() => wrapKeyring({}, {}, {})).toThrow('Option keyring must be what createKeyring returned.')
  })
})
