import { describe, expect, it } from 'vitest'
import { usageBuffer } from '../../src/usage/usage-buffer.js'
import { forge, good, open, owner, start, wrong } from '../support/setup.js'

const { organizationId } = owner
const hour = new Date(Math.floor(start / 3_600_000) * 3_600_000)

/** What the usage of a key says of refusals in this hour. */
async function refusalsOf({ keyring }: ReturnType<typeof open>, keyId?: string) {
  const points = await keyring.usage({ organizationId, keyId })
  expect(points.at(-1)?.start).toEqual(hour)
  return points.at(-1)
}

describe('a refused request', () => {
  it('with the right token is counted by its code, and is no use of the key', async () => {
    const world = open()
    const { keyring } = world
    const { key, token } = await keyring.create({ ...good, scopes: ['members.read'], ipAllowList: ['192.0.2.1'] })
    const text = token.reveal()
    const codes: string[] = []
    const verify = async (options: object) => {
      const verdict = await keyring.verify(text, options)
      codes.push(verdict.ok ? 'ok' : verdict.refusal.code)
    }
    await verify({ ip: '192.0.2.1' })
    await verify({ ip: '192.0.2.2' })
    await verify({ ip: '192.0.2.1', scopes: ['members.invite'] })
    await keyring.disable(key.id)
    await verify({ ip: '192.0.2.1' })
    await verify({ ip: '192.0.2.1' })
    const expected = { api_key_not_allowed_here: 1, insufficient_scope: 1, api_key_disabled: 2 }
    expect(codes).toEqual(['ok', ...Object.entries(expected).flatMap(([code, count]) => Array(count).fill(code))])
    expect(await refusalsOf(world, key.id)).toMatchObject({ count: 1, refusals: expected })
    expect(await refusalsOf(world)).toMatchObject({ count: 1, refusals: expected })
    const [series] = await keyring.usageOfKeys({ organizationId, keyIds: [key.id], interval: 'day' })
    expect(series?.points.at(-1)).toMatchObject({ count: 1, refusals: expected })
    expect(await keyring.topKeys({ organizationId })).toEqual([{ keyId: key.id, name: key.name, count: 1 }])
  })

  it('with a wrong secret, an unknown id or no token is never counted, whatever the key', async () => {
    const world = open()
    const { keyring, storage } = world
    const { key, token } = await keyring.create(good)
    for (const end of [() => keyring.disable(key.id), () => keyring.revoke(key.id)]) {
      await end()
      for (const text of [wrong(token.reveal()), forge(token.reveal(), { id: 'x'.repeat(12) }), 'tk_live_', '']) {
        expect((await keyring.verify(text)).ok).toBe(false)
      }
    }
    expect((await refusalsOf(world))?.refusals).toEqual({})
    await keyring.close()
    expect(storage.calls).not.toContain('recordUsage')
  })

  it('is not counted in an outage, nor where the caller counts no use', async () => {
    const world = open({ resolveOwner: () => Promise.reject(new Error('down')) })
    const { keyring } = world
    const { key, token } = await keyring.create(good)
    expect(await keyring.verify(token.reveal())).toMatchObject({ refusal: { code: 'auth_unavailable' } })
    await keyring.disable(key.id)
    await keyring.verify(token.reveal(), { countUsage: false })
    expect((await refusalsOf(world))?.refusals).toEqual({})
  })

  it('takes bounded memory, and is told when it is dropped', async () => {
    const told: string[] = []
    const buffer = usageBuffer({ recordUsage: () => Promise.reject(new Error('down')) }, 60_000, ({ type }) =>
      told.push(type),
    )
    const refusal = { organizationId, code: 'api_key_expired' }
    for (let n = 0; n < 100_000; n += 1) buffer.countRefusal({ ...refusal, keyId: `k${n}` }, hour)
    const dropped = () => told.filter((type) => type === 'usage.dropped').length
    expect(dropped()).toBe(0)
    buffer.countRefusal({ ...refusal, keyId: 'k0' }, hour)
    expect(dropped()).toBe(0)
    buffer.countRefusal({ ...refusal, keyId: 'another' }, hour)
    buffer.count('another', organizationId, hour)
    expect(dropped()).toBe(2)
  })
})

describe('usage of several keys', () => {
  it.each([
    [{ keyIds: [] }, 'keyIds'],
    [{ keyIds: 'a1B2c3D4e5F6' }, 'keyIds'],
    [{ keyIds: Array.from({ length: 101 }, (_, n) => `k${n}`) }, 'keyIds'],
    [{ keyIds: Array.from({ length: 100 }, (_, n) => `k${n}`), from: new Date(start - 9 * 86_400_000) }, 'from'],
    [{ keyIds: ['k1'], interval: 'week' }, 'interval'],
    [{ keyIds: ['k1'], from: new Date(0) }, 'from'],
  ])('refuses %j', async (query, field) => {
    const asked = open().keyring.usageOfKeys({ organizationId, ...query } as never)
    await expect(asked).rejects.toMatchObject({ code: 'invalid_input', field })
  })

  it('knows no key of another organisation or owner, and no deleted one', async () => {
    const { keyring } = open()
    const { key } = await keyring.create(good)
    const elsewhere = await keyring.create({ ...good, owner: { ...owner, organizationId: 'org2' } })
    const colleague = { ...owner, id: 'a-colleague' }
    const deleted = await keyring.create(good)
    await keyring.delete(deleted.key.id)
    const ask = (keyIds: string[], within = {}) => keyring.usageOfKeys({ organizationId, keyIds, ...within })
    expect(await ask([key.id, key.id])).toHaveLength(1)
    for (const refused of [
      ask([key.id, elsewhere.key.id]),
      ask([deleted.key.id]),
      ask(['unknown00000']),
      ask([key.id], { within: { owner: colleague } }),
    ])
      await expect(refused).rejects.toMatchObject({ code: 'key_not_found' })
  })
})
