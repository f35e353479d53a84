import { describe, expect, it } from 'vitest'
import { sender, servers } from './servers.js'
import { ofMany, ofOneKey, open } from './setup.js'

describe.each(Object.keys(servers))('GET /self on %s', (name) => {
  it('tells a key what it is, also where keys manage no keys (MGMT-15)', async () => {
    const { api, create } = open()
    const send = await sender(name, api)
    const board = { mode: 'specific', levels: { b1: 'read' } }
    const expires_at = '2090-01-01T00:00:00.000Z'
    const rate_limits = [{ limit: 5, window_ms: 60_000 }]
    const settings = { scopes: ['members.read'], roles: ['planner'], resources: { board }, expires_at, rate_limits }
    const { id, body } = await create('mia', { name: 'ci', ...settings, ip_allow_list: ['192.0.2.0/24'] })
    const answer = await send('GET /self', { headers: { Cookie: `session=key:${id}` } })
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'private, no-cache'])
    const { preview, environment, owner } = body
    const held = rate_limits.map((limit) => ({ ...limit, per: 'key' }))
    const shown = { id, preview, name: 'ci', environment, status: 'active', owner, ...settings, rate_limits: held }
    expect(await answer.json()).toEqual(shown)
    const person = await send('GET /self')
    expect(person.status).toBe(403)
    expect(await person.json()).toMatchObject({
      code: 'not_permitted',
      detail: 'Only an API key has itself to read. Send the request with one.',
    })
  })
})

describe('GET /self', () => {
  it('opens nothing else to a key where keys manage no keys (MGMT-15)', async () => {
    const { send, create, dump } = open({ allowKeyManagement: true })
    const scopes = ['api_keys.read', 'api_keys.create', 'api_keys.revoke', 'api_keys.manage_all', 'audit.read']
    const { id } = await create('ada', { name: 'ci', scopes })
    const before = await dump()
    for (const [request, body] of [...ofMany, ...ofOneKey, ['GET /catalog', undefined] as const]) {
      const answer = await send(request.replace(':id', id), { as: `key:${id}`, body })
      expect([request, answer.status]).toEqual([request, 403])
    }
    expect(await dump()).toBe(before)
  })

  it('has the limits that hold where the key has none of its own', async () => {
    const { send, create } = open({ rateLimits: { minute: { limit: 600, windowMs: 60_000 } } })
    const { id } = await create('mia')
    const { body } = await send('GET /self', { as: `key:${id}` })
    expect(body).toMatchObject({ rate_limits: [{ limit: 600, window_ms: 60_000, per: 'key' }], expires_at: null })
  })

  it('tells a key with limits of its own those that it shares as well', async () => {
    const minute = { limit: 600, windowMs: 60_000 }
    const { send, create } = open({ rateLimits: { minute, all: { ...minute, limit: 900, per: 'organization' } } })
    const { id } = await create('mia', { name: 'ci', rate_limits: [{ limit: 5, window_ms: 1_000 }] })
    const shared = { limit: 900, window_ms: 60_000, per: 'organization' }
    expect((await send('GET /self', { as: `key:${id}` })).body.rate_limits).toEqual([
      { limit: 5, window_ms: 1_000, per: 'key' },
      shared,
    ])
    expect((await send('GET /catalog')).body.rate_limits).toEqual([
      { limit: 600, window_ms: 60_000, per: 'key' },
      shared,
    ])
  })

  it('is refused to a key that is not live, or of another organisation, and asks nobody for a key', async () => {
    const { send, create, other } = open()
    const { id } = await create('mia')
    const as = `key:${id}`
    expect((await send('GET /self', { as, headers: { 'X-Organization': other } })).status).toBe(403)
    await send(`POST /${id}/disable`)
    expect((await send('GET /self', { as })).status).toBe(403)
    const nobody = await send('GET /self', { as: null })
    expect([nobody.status, nobody.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="API keys"'])
    expect((await send('GET /self?x=1', { as: 'mia' })).status).toBe(400)
  })
})
