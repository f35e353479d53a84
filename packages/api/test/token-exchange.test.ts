import { describe, expect, it } from 'vitest'
import type { Caller } from '../src/index.js'
import { base, ofOneKey, open, type Product, type TestOptions } from './setup.js'

const accessToken = 'urn:ietf:params:oauth:token-type:access_token'
const right = {
  grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
  subject_token_type: accessToken,
  scope: 'members.read',
}

/** A product that delegates, with a key of everything, and the way to exchange it. */
async function exchanging(options: TestOptions = {}) {
  const authenticate = async (request: Request): Promise<Caller | null> => {
    const verdict = await product.keyring.verify(request.headers.get('authorization')?.slice('Bearer '.length) ?? '')
    if (!verdict.ok) return null
    const { actor, scopes } = verdict.principal
    return actor.type === 'system' ? null : { actor, authority: { scopes }, ambient: false }
  }
  const { api, ...rest } = options
  const product: Product = open({
    delegates: {},
    allowKeyManagement: true,
    api: { allowKeys: true, authenticate, ...api },
    ...rest,
  })
  const owner = { type: 'user', id: 'ada', organizationId: product.org } as const
  const resources = { board: { mode: 'all', level: 'edit' } } as const
  const { key, token } = await product.keyring.create({ name: 'robot', owner, scopes: ['*'], resources })
  const post = async (form: string | URLSearchParams, headers: Record<string, string> = {}, path = '/token') => {
    const request = new Request(`http://a.example${base}${path}`, { method: 'POST', body: form, headers })
    const response = await product.api.fetch(request)
    const body = (await response.json().catch(() => null)) as Answered // each test asks for what it needs of it
    return { status: response.status, headers: response.headers, body }
  }
  const exchange = (change: Record<string, string> = {}, subject = token.reveal()) =>
    post(new URLSearchParams({ ...right, subject_token: subject, ...change }))
  return { product, keyring: product.keyring, key, token: token.reveal(), post, exchange }
}

/** What the endpoint answers: a token, or an error. */
interface Answered {
  readonly access_token: string
  readonly error: string
  readonly error_description: string
}

describe('POST /token', () => {
  it('gives a token for a key, as RFC 8693 says, which nobody may keep', async () => {
    const { keyring, exchange } = await exchanging()
    const answer = await exchange()
    expect(answer).toMatchObject({ status: 200 })
    expect(Object.fromEntries(answer.headers)).toMatchObject({ 'cache-control': 'no-store', pragma: 'no-cache' })
    expect(answer.body).toEqual({
      access_token: expect.stringMatching(/^tk_live_\w+$/),
      issued_token_type: accessToken,
      token_type: 'Bearer',
      expires_in: 300,
      scope: 'members.read',
    })
    const verdict = await keyring.verify(answer.body.access_token)
    expect(verdict.ok && verdict.principal.scopes).toEqual(['members.read'])
  })

  it('reaches the resources that it names, with any character in their ids', async () => {
    const { keyring, post, token } = await exchanging()
    const form = new URLSearchParams({ ...right, subject_token: token, scope: 'tasks.read tasks.move' })
    for (const id of ['b1', 'ä/b:%']) form.append('resource', `urn:keywright:resource:board:${encodeURIComponent(id)}`)
    const { body } = await post(form)
    const on = (id: string) =>
      keyring.verify(body.access_token, { scopes: ['tasks.move'], resource: { type: 'board', id } })
    expect([(await on('b1')).ok, (await on('ä/b:%')).ok, (await on('b2')).ok]).toEqual([true, true, false])
  })

  it.each<[string, Record<string, string>, string]>([
    ['another grant type', { grant_type: 'client_credentials' }, 'unsupported_grant_type'],
    ['no key', { subject_token: '' }, 'invalid_request'],
    ['a wrong key', { subject_token: 'tk_live_x' }, 'invalid_request'],
    ['another type of token', { subject_token_type: 'urn:ietf:params:oauth:token-type:jwt' }, 'invalid_request'],
    ['another type asked for', { requested_token_type: 'urn:ietf:params:oauth:token-type:jwt' }, 'invalid_request'],
    ['an actor', { actor_token: 'x' }, 'invalid_request'],
    ['an audience', { audience: 'x' }, 'invalid_target'],
    ['no scope', { scope: '' }, 'invalid_scope'],
    ['an unknown scope', { scope: 'members.raed' }, 'invalid_scope'],
    ['a scope that the key lacks', { scope: 'billing.manage' }, 'invalid_scope'],
    ['a resource of another form', { resource: 'https://a.example/' }, 'invalid_target'],
    ['a resource of an unknown type', { resource: 'urn:keywright:resource:bord:b1' }, 'invalid_target'],
    ['a resource with a broken escape', { resource: 'urn:keywright:resource:board:%zz' }, 'invalid_target'],
  ])('refuses %s in the form of RFC 6749, and repeats nothing of it', async (_, change, error) => {
    const { exchange, token } = await exchanging()
    const { status, body, headers } = await exchange(change)
    expect({ status, error: body.error }).toEqual({ status: 400, error })
    expect(body.error_description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
    expect(JSON.stringify(body)).not.toContain(token.slice(8))
    expect(headers.get('cache-control')).toBe('no-store')
  })

  it('refuses JSON, a parameter twice, and any in the URL', async () => {
    const { post, token } = await exchanging()
    const form = new URLSearchParams({ ...right, subject_token: token })
    const asked = [
      post(form.toString(), { 'Content-Type': 'application/json' }),
      post(`${form}&scope=*`, { 'Content-Type': 'application/x-www-form-urlencoded' }),
      post(form, {}, '/token?scope=*'),
    ]
    for (const answer of await Promise.all(asked)) {
      expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
    }
  })

  it('says of an outage and of a limit that they are no fault of the key', async () => {
    const { exchange } = await exchanging({ rateLimits: { burst: { limit: 1, windowMs: 60_000 } } })
    expect((await exchange()).status).toBe(200)
    const limited = await exchange()
    expect(limited).toMatchObject({ status: 429, body: { error: 'temporarily_unavailable' } })
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0)
    const out = await exchanging({
      resolveOwner: (owner) => {
        if (broken) throw new Error('down')
        return owner.type === 'user' ? { scopes: ['*'], levels: () => 'edit' } : null
      },
    })
    broken = true
    expect(await out.exchange()).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable' } })
    broken = false
  })

  it('is not there where the keyring does not delegate, and takes no other method', async () => {
    const off = await exchanging({ delegates: undefined })
    expect(await off.exchange()).toMatchObject({ status: 405 }) // as at the address of a key
    const { product } = await exchanging()
    const answer = await product.api.fetch(new Request(`http://a.example${base}/token`))
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST, OPTIONS'])
  })
})

let broken = false

describe('a delegated token', () => {
  it.each<readonly [string, object | undefined]>([
    ...ofOneKey.map(([request, body]) => [request, body] as const),
    ['GET /', undefined],
    ['GET /self', undefined],
    ['POST /', { name: 'ci' }],
    ['GET /audit', undefined],
    ['GET /audit/export', undefined],
  ])('gets 403 for %s, whatever its scopes, and nothing is done', async (request, body) => {
    const { product, key, exchange } = await exchanging()
    const child = (await exchange({ scope: '*' })).body.access_token
    const send = (token: string) =>
      product.send(request.replace(':id', key.id), { as: null, body, headers: { Authorization: `Bearer ${token}` } })
    const before = await product.dump()
    expect(await send(child)).toMatchObject({ status: 403, body: { code: 'not_permitted' } })
    expect(await product.dump()).toBe(before)
  })

  it('gets 403 also where the host loses the mark of it', async () => {
    const lost = async (request: Request): Promise<Caller | null> => {
      const id = request.headers.get('x-id')
      return id === null ? null : { actor: { type: 'key', id }, authority: { scopes: ['*'] }, ambient: false }
    }
    const { product, key } = await exchanging({ api: { authenticate: lost } })
    const answer = await product.send('GET /', { as: null, headers: { 'X-Id': key.id } })
    expect(answer).toMatchObject({ status: 403, body: { code: 'not_permitted' } })
  })
})
