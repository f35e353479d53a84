import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { answerHeaders } from '../../src/http/answer-headers.js'
import { fetchGate } from '../../src/http/fetch-gate.js'
import { openKeyring } from './task-keyring.js'

const request = (headers: [string, string][], url = 'http://api.test/') => new Request(url, { headers })

describe('fetchGate', () => {
  it('gives a principal, or the whole response', async () => {
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
  ])('sees a key in a second line behind %s, though Fetch has joined them (HTTP-3)', async (_, first, reason) => {
    const { keyring, token } = await openKeyring()
    const lines: [string, string][] = [
      ['Authorization', first],
      ['Authorization', `Bearer ${token}`],
    ]
    expect(await fetchGate(keyring)(request(lines))).toMatchObject({ refusal: { code: 'api_key_malformed', reason } })
  })

  it('leaves a scheme of others alone, whatever it lists', async () => {
    const { keyring } = await openKeyring()
    const gate = fetchGate(keyring, { optional: true })
    for (const value of ['Digest username="a", realm="bearers"', 'Digest a="b",bearerish="c"']) {
      expect(await gate(request([['Authorization', value]]))).toMatchObject({ ok: true, principal: null })
    }
  })

  it('takes the connection from who knows it, and the scheme from the URL where nobody does (HTTP-14)', async () => {
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

  it('finishes any response, one whose headers cannot be changed too', async () => {
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
  ])('on %o: %o', (before, after) => {
    const answer = new Map(Object.entries<string>(before))
    answerHeaders(
      { Vary: 'X-API-Key', 'Cache-Control': 'private' },
      { get: (name) => answer.get(name), set: (name, value) => answer.set(name, value) },
    )
    expect(Object.fromEntries(answer)).toEqual(after)
  })
})
