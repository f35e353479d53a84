import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { auditOf, open, start, input as whole } from '../support/setup.js'

const hour = 3_600_000
const at = new Date(start + hour)

describe('revoke at a time', () => {
  it('refuses the key from that instant on, in each process, and says so in the log', async () => {
    const { keyring, store, clock } = open()
    const { key, token } = await keyring.create(whole)
    const told = await keyring.revoke(key.id, { at, reason: 'contract ends' }, { actor: { type: 'user', id: 'ada' } })
    expect(told).toMatchObject({ status: 'active', expiresAt: at, revokedAt: null, version: 2 })
    expect((await auditOf(store)).at(-1)).toMatchObject({
      type: 'api_key.end_scheduled',
      actor: { id: 'ada' },
      data: { before: { expiresAt: null }, after: { expiresAt: at.toISOString() }, reason: 'contract ends' },
    })
    clock.at = at.getTime() - 1
    expect((await keyring.verify(token.reveal())).ok).toBe(true)
    clock.at = at.getTime()
    expect(await keyring.verify(token.reveal())).toMatchObject({ refusal: { code: 'api_key_expired' } })
    expect(await keyring.get(key.id)).toMatchObject({ status: 'expired' })
  })

  it('never postpones an end, in any order of calls', async () => {
    const when = fc.integer({ min: 1, max: 20 }).map((hours) => hours * hour)
    await fc.assert(
      fc.asyncProperty(fc.option(when), fc.array(when, { maxLength: 5 }), async (end, calls) => {
        const { keyring, store } = open()
        const expiresAt = end === null ? null : new Date(start + end)
        const { key } = await keyring.create({ ...whole, expiresAt })
        for (const call of calls) await keyring.revoke(key.id, { at: new Date(start + call) })
        const first = Math.min(end ?? Infinity, ...calls)
        const kept = await keyring.get(key.id)
        expect(kept?.expiresAt?.getTime() ?? Infinity).toBe(start + first)
        // What changes nothing is not recorded.
        const changes = calls.filter((call, index) => call < Math.min(end ?? Infinity, ...calls.slice(0, index)))
        expect(await auditOf(store)).toHaveLength(1 + changes.length)
        expect(kept?.version).toBe(1 + changes.length)
      }),
    )
  })

  it('leaves a revoked key as it is, and what has expired', async () => {
    const { keyring, clock } = open()
    const { key } = await keyring.create(whole)
    await keyring.revoke(key.id, { reason: 'leaked' })
    expect(await keyring.revoke(key.id, { at })).toMatchObject({ status: 'revoked', expiresAt: null, version: 2 })
    const { key: short } = await keyring.create({ ...whole, expiresAt: new Date(start + 1) })
    clock.at = start + 2
    expect(await keyring.revoke(short.id, { at })).toMatchObject({ status: 'expired', version: 1 })
    // Which a revocation now still ends for good.
    expect(await keyring.revoke(short.id)).toMatchObject({ status: 'revoked' })
  })

  it('may be moved by update until then, which a revocation may not', async () => {
    const { keyring } = open()
    const { key } = await keyring.create(whole)
    await keyring.revoke(key.id, { at })
    expect(await keyring.update(key.id, { expiresAt: null })).toMatchObject({ expiresAt: null })
    await keyring.revoke(key.id)
    await expect(keyring.update(key.id, { expiresAt: null })).rejects.toMatchObject({ code: 'invalid_state' })
  })

  it.each<[string, unknown]>([
    ['that is past', new Date(start)],
    ['that is no time', new Date(Number.NaN)],
    ['as text', at.toISOString()],
    ['that is null', null],
    ['that got lost', undefined],
  ])('refuses an instant %s, and changes nothing', async (_, wrong) => {
    const { keyring, store } = open()
    const { key } = await keyring.create(whole)
    const refused = keyring.revoke(key.id, { at: wrong as Date }) // wrong on purpose
    await expect(refused).rejects.toMatchObject({ code: 'invalid_input', field: 'at' })
    expect(await keyring.get(key.id)).toMatchObject({ status: 'active', expiresAt: null, version: 1 })
    expect(await auditOf(store)).toHaveLength(1)
  })
})
