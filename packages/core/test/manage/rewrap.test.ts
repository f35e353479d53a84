import { describe, expect, it } from 'vitest'
import { type Sealer, sealer } from '../../src/crypto/sealer.js'
import { auditOf, input, open, recordOf, write } from '../support/setup.js'

const keys = { k1: Buffer.alloc(32, 1), k2: Buffer.alloc(32, 2) }
const old = sealer({ current: 'k1', keys: { k1: keys.k1 } })
const both = sealer({ current: 'k2', keys })
const fresh = sealer({ current: 'k2', keys: { k2: keys.k2 } })

/** Keys sealed with k1, and a keyring that seals with k2 and still knows k1. */
async function sealedKeys(count: number, reveal: Sealer = both) {
  const before = open({ reveal: old })
  const made: { id: string; token: string }[] = []
  for (let index = 0; index < count; index += 1) {
    const { key, token } = await before.keyring.create(input)
    made.push({ id: key.id, token: token.reveal() })
  }
  const { store } = before
  const keyIds = () => Promise.all(made.map(async ({ id }) => both.keyIdOf((await recordOf(store, id)).sealed ?? '')))
  return { made, keyIds, ...open({ store, reveal }) }
}

const findingsOf = async ({ keyring }: Pick<ReturnType<typeof open>, 'keyring'>) =>
  (await keyring.doctor()).map(({ code }) => code)

describe('rewrap (ENC-4)', () => {
  it('seals all tokens with the current key, page by page, so that the old key can go', async () => {
    // More than a page, and all created in the same millisecond.
    const { store, keyring, made, keyIds } = await sealedKeys(501)
    const later = open({ store, reveal: fresh })
    expect(await findingsOf(later)).toContain('unreadable_seals')
    expect(await keyring.rewrap()).toEqual({ rewrapped: 501, unreadable: 0 })
    expect(new Set(await keyIds())).toEqual(new Set(['k2']))
    expect(await findingsOf(later)).not.toContain('unreadable_seals')
    for (const { id, token } of made.slice(0, 3)) expect((await later.keyring.reveal(id)).reveal()).toBe(token)
    expect(await auditOf(store)).toHaveLength(501 + 3)
  })

  it('changes nothing the second time, and never keys without a seal', async () => {
    const { store, keyring } = await sealedKeys(2)
    await open({ store }).keyring.create(input)
    const { key } = await keyring.create(input)
    const { sealed } = await recordOf(store, key.id)
    expect(await keyring.rewrap()).toEqual({ rewrapped: 2, unreadable: 0 })
    expect(await keyring.rewrap()).toEqual({ rewrapped: 0, unreadable: 0 })
    expect((await recordOf(store, key.id)).sealed).toBe(sealed)
  })

  it('continues where it was cut off', async () => {
    const { store, keyring, keyIds } = await sealedKeys(5)
    const { change } = store
    let left = 2
    store.change = async (...args) => {
      left -= 1
      if (left < 0) throw new Error('down')
      return change(...args)
    }
    await expect(keyring.rewrap()).rejects.toMatchObject({ code: 'store_unavailable' })
    expect((await keyIds()).filter((keyId) => keyId === 'k2')).toHaveLength(2)
    store.change = change
    expect(await keyring.rewrap()).toEqual({ rewrapped: 3, unreadable: 0 })
  })

  it.each(['rotate', 'revoke', 'delete'] as const)(
    'does not overwrite what a concurrent %s made of a key',
    async (verb) => {
      const { store, keyring, made } = await sealedKeys(1)
      const [{ id } = expect.unreachable()] = made
      const { change } = store
      store.change = async (...args) => {
        store.change = change
        await open({ store, reveal: old }).keyring[verb](id)
        return change(...args)
      }
      expect(await keyring.rewrap()).toEqual({ rewrapped: 0, unreadable: 0 })
      const { sealed } = await recordOf(store, id)
      expect(sealed === null ? null : old.keyIdOf(sealed)).toBe(verb === 'rotate' ? 'k1' : null)
    },
  )

  it('counts seals that do not open, leaves them unchanged, and continues', async () => {
    const { store, keyring, made, keyIds } = await sealedKeys(3)
    const [first, second, third] = made
    if (first === undefined || second === undefined || third === undefined) return expect.unreachable()
    await write(store, first.id, { sealed: 'no seal' })
    await write(store, second.id, { sealed: (await recordOf(store, third.id)).sealed })
    expect(await keyring.rewrap()).toEqual({ rewrapped: 1, unreadable: 2 })
    expect(await keyIds()).toEqual([null, 'k1', 'k2'])
  })

  it('stops when the sealer fails, and loses nothing', async () => {
    const seal = () => Promise.reject(new Error('the key service is down'))
    const { keyring, keyIds } = await sealedKeys(2, { ...both, seal })
    await expect(keyring.rewrap()).rejects.toMatchObject({ code: 'reveal_unavailable', reason: 'sealer' })
    expect(await keyIds()).toEqual(['k1', 'k1'])
  })

  it('throws when reveal is off', async () => {
    await expect(open().keyring.rewrap()).rejects.toMatchObject({ code: 'reveal_unavailable', reason: 'off' })
  })
})
