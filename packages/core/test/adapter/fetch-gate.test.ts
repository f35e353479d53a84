import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { answerHeaders } from '../../src/adapter/answer-headers.js'
import { type FetchGateOptions, fetchGate } from '../../src/adapter/fetch-gate.js'
import type { FetchConnection } from '../../src/adapter/fetch-request.js'
import { openKeyring } from '../support/task-keyring.js'

const request = (headers: [string, string][], url = 'http://api.test/') => new Request(url, { headers })

describe('fetchGate', () => {
  it('returns a principal, or a complete response', async () => {
    const { keyring, token, id } = await openKeyring()
    const gate = fetchGate(keyring, { scopes: ['members.read'] })
    const passed = await gate(request([['Authorization', `Bearer ${token}`]]))
    expect(passed.ok && passed.principal.key.id).toBe(id)
    const refused = await gate(request([]))
    expect(refused).toMatchObject({ ok: false, refusal: { code: 'api_key_missing' } })
    expect(!refused.ok && [refused.response.status, await refused.response.json()]).toMatchObject([
      401,
      { status: 401 },
    ])
  })

  it.each<[string, string, string]>([
    ['Basic', 'Basic dXNlcjpwYXNz', 'repeated_authorization'],
    ['Basic, without a word behind Bearer', 'Basic dXNlcjpwYXNz, Bearer', 'repeated_authorization'],
    ['nothing', '', 'malformed_authorization'],
    ['another key', 'Bearer tk_live_x', 'not_b64token'],
  ])(
    'refuses a key in a second Authorization line behind %s, though Fetch has joined the lines (HTTP-3)',
    async (_, first, reason) => {
      const { keyring, token } = await openKeyring()
      const lines: [string, string][] = [
        ['Authorization', first],
        ['Authorization', `Bearer ${token}`],
      ]
      expect(await fetchGate(keyring)(request(lines))).toMatchObject({ refusal: { code: 'api_key_malformed', reason } })
    },
  )

  it('treats another scheme as no key, even where its value contains a list', async () => {
    const { keyring } = await openKeyring()
    const gate = fetchGate(keyring, { optional: true })
    for (const value of ['Digest username="a", realm="bearers"', 'Digest a="b",bearerish="c"']) {
      expect(await gate(request([['Authorization', value]]))).toMatchObject({ ok: true, principal: null })
    }
  })

  it('takes the connection from its caller, and else only the scheme from the URL (HTTP-14)', async () => {
    const { keyring, token } = await openKeyring()
    const gate = fetchGate(keyring, { requireHttps: true })
    const sent = (url: string) => request([['Authorization', `Bearer ${token}`]], url)
    expect((await gate(sent('https://api.test/'))).ok).toBe(!('Deno' in globalThis))
    expect((await gate(sent('http://api.test/'))).ok).toBe(false)
    expect((await gate(sent('https://api.test/'), { encrypted: false })).ok).toBe(false)
    // There, the URL is what the client wrote as its target.
    if (!('Deno' in globalThis)) vi.stubGlobal('Deno', {})
    onTestFinished(() => void vi.unstubAllGlobals())
    expect((await gate(sent('https://api.test/'))).ok).toBe(false)
    expect((await gate(sent('https://api.test/'), { encrypted: true })).ok).toBe(true)
  })

  describe('with a platform (HTTP-15)', () => {
    const here = '203.0.113.9'

    async function open(platform: FetchGateOptions['platform']) {
      const { keyring, token, id, events } = await openKeyring()
      await keyring.update(id, { ipAllowList: [here] })
      const gate = fetchGate(keyring, { platform })
      const ask = (headers: [string, string][], connection?: FetchConnection) =>
        gate(request([['Authorization', `Bearer ${token}`], ...headers]), connection)
      return { ask, events }
    }

    it.each<[FetchGateOptions['platform'], string]>([
      ['cloudflare', 'CF-Connecting-IP'],
      ['fly', 'Fly-Client-IP'],
      ['vercel', 'X-Vercel-Forwarded-For'],
      [(asked) => asked.headers.get('X-Mine'), 'X-Mine'],
    ])('of %s takes the client from its header, and from no other', async (platform, header) => {
      const { ask } = await open(platform)
      expect((await ask([[header, here]])).ok).toBe(true)
      expect((await ask([[header, `${here}:4711`]])).ok).toBe(true)
      const elsewhere = { refusal: { code: 'api_key_not_allowed_here' } }
      for (const value of ['198.51.100.1', 'unknown', '', `${here}, ${here}`, `198.51.100.1, ${here}`]) {
        expect(await ask([[header, value]])).toMatchObject(elsewhere)
      }
      const others = ['CF-Connecting-IP', 'Fly-Client-IP', 'X-Vercel-Forwarded-For', 'X-Mine', 'X-Forwarded-For']
      const claims = others.filter((name) => name !== header).map((name): [string, string] => [name, here])
      expect(await ask(claims)).toMatchObject(elsewhere)
      expect(await ask([[header, '198.51.100.1'], ...claims])).toMatchObject(elsewhere)
    })

    it('prefers an address that is given with the request', async () => {
      const { ask } = await open('fly')
      expect((await ask([['Fly-Client-IP', '198.51.100.1']], { remoteAddress: here })).ok).toBe(true)
      expect((await ask([['Fly-Client-IP', here]], { remoteAddress: '198.51.100.1' })).ok).toBe(false)
    })

    it('answers 503 where the function of the host throws, and tells of the outage', async () => {
      const { ask, events } = await open(() => {
        throw new Error('no such request')
      })
      expect(await ask([])).toMatchObject({ refusal: { code: 'auth_unavailable' } })
      expect(events).toMatchObject([{ type: 'keyring.outage_began', error: { message: 'no such request' } }])
    })

    it.each(['heroku', 'toString', '', null, 7, {}])('refuses %o at start-up', async (platform) => {
      const { keyring } = await openKeyring()
      expect(() => fetchGate(keyring, { platform } as object)).toThrow(
        'Option platform must be cloudflare, fly, vercel or a function of the request.',
      )
    })
  })

  it('adds its headers to any response, even one with immutable headers', async () => {
    const { keyring, token } = await openKeyring()
    const verdict = await fetchGate(keyring)(request([['X-API-Key', token]]))
    if (!verdict.ok) throw new Error('refused')
    const finished = verdict.finish(Response.redirect('http://api.test/next', 303))
    expect([finished.status, finished.headers.get('Location')]).toEqual([303, 'http://api.test/next'])
    expect([finished.headers.get('Vary'), finished.headers.get('Cache-Control')]).toEqual(['X-API-Key', 'private'])
    const empty = verdict.finish(new Response(null, { status: 204 }))
    expect([empty.status, await empty.text()]).toEqual([204, ''])
  })
})

describe('answerHeaders (HTTP-11)', () => {
  it.each([
    [{}, { Vary: 'X-API-Key', 'Cache-Control': 'private' }],
    [{ Vary: 'Origin' }, { Vary: 'Origin, X-API-Key', 'Cache-Control': 'private' }],
    [{ Vary: 'Origin, x-api-key' }, { Vary: 'Origin, x-api-key', 'Cache-Control': 'private' }],
    [{ Vary: '*' }, { Vary: '*', 'Cache-Control': 'private' }],
    [{ 'Cache-Control': 'no-store' }, { Vary: 'X-API-Key', 'Cache-Control': 'no-store' }],
  ])('for the response headers %o are %o', (before, after) => {
    const answer = new Map(Object.entries<string>(before))
    answerHeaders(
      { Vary: 'X-API-Key', 'Cache-Control': 'private' },
      { get: (name) => answer.get(name), set: (name, value) => answer.set(name, value) },
    )
    expect(Object.fromEntries(answer)).toEqual(after)
  })
})
