import { describe, expect, it } from 'vitest'
import type { Caller } from '../src/index.js'
import { ofOneKey, open, type Product } from './setup.js'

/** A key that may manage all keys, after a rotation: its new token, its previous token in grace, and another key. */
async function rotated(): Promise<{ product: Product; id: string; other: string; fresh: string; previous: string }> {
  const authenticate = async (request: Request): Promise<Caller | null> => {
    const verdict = await product.keyring.verify(request.headers.get('authorization')?.slice('Bearer '.length) ?? '')
    if (!verdict.ok) return null
    const { actor, scopes } = verdict.principal
    return actor.type === 'system' ? null : { actor, authority: { scopes }, ambient: false }
  }
  const product: Product = open({ allowKeyManagement: true, api: { allowKeys: true, authenticate } })
  const owner = { type: 'user', id: 'ada', organizationId: product.org } as const
  const { key, token } = await product.keyring.create({ name: 'robot', owner, scopes: ['*'] })
  const { key: other } = await product.keyring.create({ name: 'other', owner })
  const { token: fresh } = await product.keyring.rotate(key.id, { graceMs: 60_000 })
  return { product, id: key.id, other: other.id, fresh: fresh.reveal(), previous: token.reveal() }
}

describe('a key that was rotated with grace', () => {
  // A key never shows a token, whichever of its tokens came.
  const changes = ofOneKey.filter(([request]) => !/^GET|reveal/.test(request))
  it.each<readonly [request: string, body: object | undefined]>([
    ...changes.map(([request, body]) => [request, body] as const),
    ['POST /', { name: 'ci' }],
    ['GET /audit/export', undefined],
  ])('gets 403 for %s with its previous token, and nothing is done; its new token works', async (request, body) => {
    const { product, id, other, fresh, previous } = await rotated()
    // A key rotates only itself.
    const path = request.replace(':id', request.includes('rotate') ? id : other)
    const send = (token: string) =>
      product.send(path, { as: null, body, headers: { Authorization: `Bearer ${token}` } })
    const before = await product.dump()
    expect(await send(previous)).toMatchObject({ status: 403, body: { code: 'scope_exceeds_actor', errors: [] } })
    expect(await product.dump()).toBe(before)
    expect((await send(fresh)).status).toBeLessThan(300)
  })

  it('gets no yes by HEAD for the export that it may not have', async () => {
    const { product, fresh, previous } = await rotated()
    const head = async (token: string) =>
      (await product.send('HEAD /audit/export', { as: null, headers: { Authorization: `Bearer ${token}` } })).status
    expect([await head(previous), await head(fresh)]).toEqual([403, 200])
    expect(await product.keyring.audit.list({ organizationId: product.org, type: 'audit.exported' })).toMatchObject({
      records: [],
    })
  })

  it('still reads with its previous token', async () => {
    const { product, other, previous } = await rotated()
    const answer = await product.send(`GET /${other}`, { as: null, headers: { Authorization: `Bearer ${previous}` } })
    expect(answer).toMatchObject({ status: 200, body: { id: other } })
  })
})
