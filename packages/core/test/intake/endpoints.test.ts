import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { memoryFailureLimiter } from '@keywright/core'
import { type GithubPublicKeys, githubLeaks, leakReports, tokenRevocation } from '@keywright/core/leaks'
import { auditOf, type TestKeyringOptions, testKeyring, testOwners, wrongSecret } from '@keywright/testkit'
import { describe, expect, it, vi } from 'vitest'

const url = 'https://github.com/octocat/hello/blob/1234/foo.txt'
const hashOf = (token: string) => createHash('sha256').update(token).digest('hex')

/** A keyring with keys, and their tokens. */
async function open(keys = 1, options: TestKeyringOptions = {}) {
  const opened = testKeyring(options)
  const create = async () => {
    const input = { name: 'ci', owner: testOwners.user, scopes: ['members.read'] } as const
    return (await opened.keyring.create(input)).token.reveal()
  }
  const tokens: string[] = []
  for (let at = 0; at < keys; at += 1) tokens.push(await create())
  return { ...opened, tokens, token: tokens[0] ?? '' }
}

/** A key of GitHub's, as its API shows it, and reports that are signed with it. */
function signer(id = 'key1', { namedCurve = 'P-256' } = {}) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve })
  const published = { key_identifier: id, key: publicKey.export({ type: 'spki', format: 'pem' }).toString() }
  const report = (body: unknown, { key = privateKey, as = id }: { key?: KeyObject; as?: string } = {}) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const signature = sign('sha256', Buffer.from(text), key).toString('base64')
    const headers = { 'Github-Public-Key-Identifier': as, 'Github-Public-Key-Signature': signature }
    return new Request('https://app.example/leaks', { method: 'POST', headers, body: text })
  }
  return { publicKeys: { public_keys: [published] } satisfies GithubPublicKeys, report }
}

/** What an answer says: of no type that anybody promises here. */
const said = async (response: Response) => (await response.json()) as { code: string } & { token_hash: string }[]
const codeOf = async (response: Response) => [response.status, (await said(response)).code]

describe('githubLeaks (TOK-14)', () => {
  it('takes the signed example of the documentation of GitHub', async () => {
    const { keyring } = await open()
    const id = 'bcb53661c06b4728e59d897fb6165d5c9cda0fd9cdf9d09ead458168deb7518c'
    const pem = [
      '-----BEGIN PUBLIC KEY-----',
      'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYAGMWO8XgCamYKMJS6jc/qgvSlAd',
      'AjPuDPRcXU22YxgBrz+zoN19MzuRyW87qEt9/AmtoNP5GrobzUvQSyJFVw==',
      '-----END PUBLIC KEY-----',
    ].join('\n')
    const leaks = githubLeaks(keyring, { publicKeys: { public_keys: [{ key_identifier: id, key: pem }] } })
    const body =
      '[{"source":"commit","token":"some_token","type":"some_type","url":"https://example.com/base-repo-url/"}]'
    const signature = 'MEQCIQDaMKqrGnE27S0kgMrEK0eYBmyG0LeZismAEz/BgZyt7AIfXt9fErtRS4XaeSt/AO1RtBY66YcAdjxji410VQV4xg=='
    const headers = { 'GITHUB-PUBLIC-KEY-IDENTIFIER': id, 'GITHUB-PUBLIC-KEY-SIGNATURE': signature }
    const send = (text: string) => leaks(new Request('https://app.example', { method: 'POST', headers, body: text }))
    const response = await send(body)
    expect([response.status, await response.json()]).toEqual([200, []])
    expect((await send(`${body} `)).status).toBe(403)
  })

  it('revokes what is ours, answers for that alone, and says the same again', async () => {
    const { keyring, tokens, verify, store } = await open(3)
    const { publicKeys, report } = signer()
    const leaks = githubLeaks(keyring, { publicKeys })
    const [a = '', b = '', c = ''] = tokens
    const type = 'acme_api_key'
    const findings = [a, wrongSecret(b), 'ghp_notours', a, c].map((token) => ({ token, type, url, source: 'commit' }))
    const expected = [a, a, c].map((token) => ({ token_hash: hashOf(token), token_type: type, label: 'true_positive' }))
    for (let time = 0; time < 2; time += 1) {
      const response = await leaks(report(findings))
      expect([response.status, await response.json()]).toEqual([200, expected])
    }
    expect([await verify(a), await verify(b), await verify(c)]).toEqual(['api_key_invalid', 'ok', 'api_key_invalid'])
    const records = (await auditOf(store)).slice(3)
    expect(records.map(({ type: is }) => is).sort()).toEqual([
      ...['api_key.leak_reported', 'api_key.leak_reported', 'api_key.revoked', 'api_key.revoked'],
    ])
    expect(records[0]).toMatchObject({
      actor: { type: 'system', id: 'github_secret_scanning' },
      data: { source: 'github commit', url },
    })
  })

  it('deals with many tokens in one report, a few at a time', async () => {
    const { keyring, store, tokens } = await open(40)
    const { publicKeys, report } = signer()
    let running = 0
    let most = 0
    const change = store.change.bind(store)
    store.change = async (...args) => {
      running += 1
      most = Math.max(most, running)
      await new Promise((resolve) => setImmediate(resolve))
      return change(...args).finally(() => {
        running -= 1
      })
    }
    const response = await githubLeaks(keyring, { publicKeys })(report(tokens.map((token) => ({ token, type: 't' }))))
    expect((await said(response)).map(({ token_hash }) => token_hash)).toEqual(tokens.map(hashOf))
    expect(most).toBeGreaterThan(1)
    expect(most).toBeLessThanOrEqual(8)
  })

  it('refuses what is not signed by a key that it knows, and reads no key of the store for it', async () => {
    const { keyring, store, token } = await open()
    const { publicKeys, report } = signer()
    const other = signer()
    const leaks = githubLeaks(keyring, { publicKeys })
    const find = vi.spyOn(store, 'find')
    const findings = [{ token, type: 't', url }]
    const bare = new Request('https://app.example', { method: 'POST', body: JSON.stringify(findings) })
    const changed = new Request(report(findings), { body: JSON.stringify([...findings, ...findings]), method: 'POST' })
    const broken = new Request(report(findings), {
      headers: { 'Github-Public-Key-Identifier': 'key1', 'Github-Public-Key-Signature': 'AAAAAAAAAAAA' },
    })
    const refused = [bare, changed, broken, other.report(findings), report(findings, { as: 'key2' })]
    for (const request of refused) expect(await codeOf(await leaks(request))).toEqual([403, 'signature_invalid'])
    expect(find).not.toHaveBeenCalled()
  })

  it.each<[string, unknown]>([
    ['no JSON', '[{'],
    ['no list', { token: 'x' }],
    ['an entry without a token', [{ type: 't' }]],
    ['an entry that is none', ['x']],
  ])('refuses a signed report that is %s, as a whole', async (_, body) => {
    const { keyring } = await open()
    const { publicKeys, report } = signer()
    expect(await codeOf(await githubLeaks(keyring, { publicKeys })(report(body)))).toEqual([400, 'malformed_body'])
  })

  it('reads no more than maxBytes, and takes POST alone', async () => {
    const { keyring } = await open()
    const { publicKeys, report } = signer()
    const leaks = githubLeaks(keyring, { publicKeys, maxBytes: 1_024 })
    expect(await codeOf(await leaks(report([{ token: 'x'.repeat(1_024) }])))).toEqual([413, 'body_too_large'])
    expect((await leaks(new Request('https://app.example'))).status).toBe(405)
  })

  it('answers 503 in an outage, tells the host, and does the rest when the report comes again', async () => {
    const { keyring, store, tokens, verify } = await open(2)
    const { publicKeys, report } = signer()
    const onError = vi.fn()
    const leaks = githubLeaks(keyring, { publicKeys, onError })
    const change = store.change.bind(store)
    let calls = 0
    store.change = async (...args) => {
      calls += 1
      if (calls === 2) throw new Error('down')
      return change(...args)
    }
    const findings = tokens.map((token) => ({ token, type: 't' }))
    const response = await leaks(report(findings))
    expect([response.headers.get('retry-after'), await codeOf(response)]).toEqual(['5', [503, 'unavailable']])
    expect(onError).toHaveBeenCalledWith(expect.objectContaining({ code: 'store_unavailable' }))
    expect(await (await leaks(report(findings))).json()).toHaveLength(2)
    for (const token of tokens) expect(await verify(token)).toBe('api_key_invalid')
  })

  it('asks for keys once an hour, for an unknown name once a minute, and once for many reports at once', async () => {
    vi.useFakeTimers()
    try {
      const { keyring } = await open()
      const first = signer('a')
      const second = signer('b')
      let given = first.publicKeys
      const publicKeys = vi.fn(() => given)
      const leaks = githubLeaks(keyring, { publicKeys })
      const statusOf = async (request: Request) => (await leaks(request)).status
      expect(await Promise.all([statusOf(first.report([])), statusOf(first.report([]))])).toEqual([200, 200])
      for (let at = 0; at < 9; at += 1)
        expect(await statusOf(first.report([], { as: `made up ${at}`.replaceAll(' ', '') }))).toBe(403)
      expect(publicKeys).toHaveBeenCalledTimes(1)
      given = { public_keys: [...first.publicKeys.public_keys, ...second.publicKeys.public_keys] }
      vi.advanceTimersByTime(61_000)
      expect(await statusOf(second.report([]))).toBe(200)
      expect(publicKeys).toHaveBeenCalledTimes(2)
      given = second.publicKeys
      vi.advanceTimersByTime(3_601_000)
      expect(await statusOf(first.report([]))).toBe(403)
      expect(publicKeys).toHaveBeenCalledTimes(3)
    } finally {
      vi.useRealTimers()
    }
  })

  it('answers 503 while the keys cannot be had, also where those it had are too old', async () => {
    const { keyring } = await open()
    const { report } = signer()
    for (const publicKeys of [() => Promise.reject(new Error('down')), () => ({ public_keys: [] })]) {
      expect((await githubLeaks(keyring, { publicKeys })(report([]))).status).toBe(503)
    }
  })

  it('fetches from GitHub with the fetch that it is given, and with no other', async () => {
    const { keyring } = await open()
    const { publicKeys, report } = signer()
    const answers = [new Response('', { status: 500 }), new Response('x'.repeat(70_000)), Response.json(publicKeys)]
    const fetch = vi.fn(async (..._: Parameters<typeof globalThis.fetch>) => answers.shift() ?? Response.error())
    const leaks = githubLeaks(keyring, { fetch })
    expect(fetch).not.toHaveBeenCalled()
    const statuses = [
      (await leaks(report([]))).status,
      (await leaks(report([]))).status,
      (await leaks(report([]))).status,
    ]
    expect(statuses).toEqual([503, 503, 200])
    expect(fetch.mock.calls[0]?.[0]).toBe('https://api.github.com/meta/public_keys/secret_scanning')
    expect(fetch.mock.calls[0]?.[1]).toMatchObject({ redirect: 'error' })
  })

  it.each<[string, () => object, string]>([
    ['no source of keys', () => ({}), 'publicKeys'],
    ['two sources', () => ({ fetch, publicKeys: signer().publicKeys }), 'publicKeys'],
    [
      'a key of another curve',
      () => ({ publicKeys: signer('a', { namedCurve: 'P-384' }).publicKeys }),
      'public_keys[0]',
    ],
    ['no key', () => ({ publicKeys: { public_keys: [{ key_identifier: 'a', key: 'b' }] } }), 'public_keys[0]'],
    ['an empty list', () => ({ publicKeys: { public_keys: [] } }), 'publicKeys'],
    ['another action', () => ({ publicKeys: signer().publicKeys, action: 'tell' }), 'action'],
    ['a body without bounds', () => ({ publicKeys: signer().publicKeys, maxBytes: 0 }), 'maxBytes'],
  ])('refuses %s at start-up', async (_, options, named) => {
    const { keyring } = await open()
    expect(() => githubLeaks(keyring, options() as never)).toThrow(named)
  })
})

describe('leakReports (TOK-14)', () => {
  const secret = 'a secret of at least 32 bytes, for tests'
  const send = (body: unknown, authorization: string | null) =>
    new Request('https://app.example/leaks', {
      method: 'POST',
      body: JSON.stringify(body),
      headers: authorization === null ? {} : { Authorization: authorization },
    })

  it('quarantines what is ours for a scanner that has its secret, and names it in the log', async () => {
    const { keyring, token, store, verify } = await open()
    const reporters = { 'gg-2': 'another secret of 32 bytes or more', ci: secret.replaceAll(' ', '_') }
    const leaks = leakReports(keyring, { reporters, action: 'quarantine' })
    const response = await leaks(send([{ token }, { token: 'other' }], `Bearer ${reporters.ci}`))
    expect(await response.json()).toEqual([{ token_hash: hashOf(token), token_type: null, label: 'true_positive' }])
    expect(await verify(token)).toBe('api_key_disabled')
    expect((await auditOf(store)).slice(1)).toMatchObject([
      { type: 'api_key.leak_reported', actor: { id: 'ci' }, data: { source: 'ci' } },
      { type: 'api_key.disabled', data: { locked: true, reason: 'leaked' } },
    ])
  })

  it('takes nothing without the secret, and challenges', async () => {
    const { keyring, token, verify } = await open()
    const leaks = leakReports(keyring, { reporters: { ci: secret.replaceAll(' ', '_') } })
    const wrong = [null, '', 'Bearer ', `Bearer ${'x'.repeat(40)}`, secret.replaceAll(' ', '_'), `Basic ${secret}`]
    for (const authorization of wrong) {
      const response = await leaks(send([{ token }], authorization))
      expect(response.headers.get('www-authenticate')).toContain('Bearer')
      expect(await codeOf(response)).toEqual([401, 'not_authenticated'])
    }
    expect(await verify(token)).toBe('ok')
  })

  it('refuses a secret that can be guessed, and one that is not there, at start-up', async () => {
    const { keyring } = await open()
    for (const reporters of [{}, { ci: 'short' }, { ci: undefined }, undefined]) {
      expect(() => leakReports(keyring, { reporters } as never)).toThrow('reporters')
    }
  })
})

describe('tokenRevocation (RFC 7009)', () => {
  const form = (body: string, type = 'application/x-www-form-urlencoded') =>
    new Request('https://app.example/revoke', { method: 'POST', body, headers: { 'Content-Type': type } })

  it('answers 200 with nothing in it, whether or not there is such a key', async () => {
    const { keyring, token, verify } = await open()
    const revocation = tokenRevocation(keyring)
    const hint = 'token_type_hint=access_token'
    for (const text of [wrongSecret(token), 'no token at all', token, token]) {
      const response = await revocation(form(`${hint}&token=${encodeURIComponent(text)}`))
      expect([response.status, await response.text()]).toEqual([200, ''])
      expect(response.headers.get('cache-control')).toBe('no-store')
    }
    expect(await verify(token)).toBe('api_key_revoked')
  })

  it.each<[string, (token: string) => Request]>([
    ['no token', () => form('a=b')],
    ['an empty one', () => form('token=')],
    ['two', (token) => form(`token=${token}&token=${token}`)],
    ['JSON', (token) => form(JSON.stringify({ token }), 'application/json')],
    ['a form in plain text', (token) => form(`token=${token}`, 'text/plain')],
    ['a body without end', (token) => form(`token=${token}&a=${'x'.repeat(5_000)}`)],
  ])('answers 400 to %s, and revokes nothing', async (_, request) => {
    const { keyring, token, verify } = await open()
    const response = await tokenRevocation(keyring)(request(token))
    expect([response.status, await response.json()]).toEqual([400, { error: 'invalid_request' }])
    expect(await verify(token)).toBe('ok')
  })

  it('limits wrong tokens by network, behind proxies that are named as well', async () => {
    const failureLimit = { limit: 2, windowMs: 60_000 }
    const { keyring, token } = await open(1, { failureLimit, failureLimiter: memoryFailureLimiter() })
    const revocation = tokenRevocation(keyring, { trustedProxies: ['10.0.0.0/8'] })
    const send = (text: string, client: string) => {
      const request = form(`token=${text}`)
      request.headers.set('X-Forwarded-For', client)
      return revocation(request, { remoteAddress: '10.0.0.1' })
    }
    const statuses = []
    for (let at = 0; at < 3; at += 1) statuses.push((await send(wrongSecret(token), '203.0.113.9')).status)
    expect(statuses).toEqual([200, 200, 429])
    const limited = await send(token, '203.0.113.9')
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await send(token, '203.0.113.10')).status).toBe(200)
  })

  it('answers 503 with Retry-After in an outage, and tells the host', async () => {
    const { keyring, store, token } = await open()
    const onError = vi.fn()
    store.find = () => Promise.reject(new Error('down'))
    const response = await tokenRevocation(keyring, { onError })(form(`token=${token}`))
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5'])
    expect(onError).toHaveBeenCalled()
  })
})
