import { createServer } from 'node:http'
import { Client, registerClient, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { registerClient as registerV1 } from '@modelcontextprotocol/sdk/client/auth.js'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { denyOAuthDiscovery, oauthDiscoveryResponse } from '../src/index.js'
import { initialize, listTools, mcpHeaders, send } from './raw.js'
import { aKeyring, aToken, full, hosts, listening, partial, serveV1, serveV2, suspended } from './task-board.js'

const servers = [
  { name: 'v1 on Express', serve: serveV1 },
  { name: 'v2 on Hono', serve: serveV2 },
]

describe.each(servers)('$name', ({ serve }) => {
  it.each(['POST', 'GET', 'DELETE'])(
    'answers %s without a key with a JSON-RPC error that says where to get one',
    async (method) => {
      const { url } = await serve({ docsUrl: 'https://example.com/keys' })
      const answer = await send(url, method, mcpHeaders(), method === 'POST' ? initialize : undefined)
      expect(answer.status).toBe(401)
      expect(answer.headers['www-authenticate']).toBe('Bearer realm="mcp"')
      expect(answer.headers['content-type']).toBe('application/json')
      expect(JSON.parse(answer.text)).toMatchObject({
        jsonrpc: '2.0',
        id: null,
        error: { code: -32001, message: expect.stringContaining('https://example.com/keys') },
      })
    },
  )

  it('answers bad, revoked and malformed keys, suspended owners and limits each in their own way (MCP-5)', async () => {
    const { url, keyring } = await serve({}, aKeyring({ limit: 1, windowMs: 60_000 }))
    const { token, id } = await aToken(keyring, full)
    const owner = { type: 'user', id: 'eve', organizationId: 'org1' } as const
    const eve = await aToken(keyring, { owner })
    suspended.add('eve')
    const post = (headers: Record<string, string | string[]>) => send(url, 'POST', headers, initialize)

    const bad = await post(mcpHeaders(`${token.slice(0, -1)}_`))
    expect([bad.status, bad.headers['www-authenticate']]).toEqual([401, 'Bearer realm="mcp", error="invalid_token"'])
    expect((await post({ ...mcpHeaders(), authorization: [`Bearer ${token}`, `Bearer ${token}`] })).status).toBe(400)
    expect((await send(`${url}?key=${token}`, 'POST', mcpHeaders(token), initialize)).status).toBe(400)
    expect((await post(mcpHeaders(eve.token))).text).toContain('owner_inactive')
    expect((await post(mcpHeaders(token))).status).toBe(200)
    const limited = await post(mcpHeaders(token))
    expect([limited.status, Number(limited.headers['retry-after']) > 0]).toEqual([429, true])
    expect(limited.headers['www-authenticate']).toBeUndefined()
    await keyring.revoke(id)
    const revoked = await post(mcpHeaders(token))
    expect([revoked.status, revoked.text]).toEqual([401, expect.stringContaining('revoked')])
    for (const { text } of [bad, limited, revoked]) expect(text).not.toContain(token.slice(-20))
  })

  it('sends resource_metadata only when resourceMetadataUrl is set', async () => {
    const resourceMetadataUrl = 'https://example.com/.well-known/oauth-protected-resource/mcp'
    const { url } = await serve({ resourceMetadataUrl })
    const answer = await send(url, 'POST', mcpHeaders(), initialize)
    expect(answer.headers['www-authenticate']).toBe(`Bearer realm="mcp", resource_metadata="${resourceMetadataUrl}"`)
  })

  it('names no authorization server to a client that sends a key of ours, good or bad (MCP-9)', async () => {
    const resourceMetadataUrl = 'https://example.com/.well-known/oauth-protected-resource/mcp'
    const { url, keyring } = await serve({ resourceMetadataUrl, insufficientScope: 'http-403' })
    const { token, id } = await aToken(keyring, partial)
    const session = (await send(url, 'POST', mcpHeaders(token), initialize)).headers['mcp-session-id']?.toString()
    const params = { name: 'tasks_create', arguments: { boardId: 'b2', title: 't' } }
    const denied = await send(url, 'POST', mcpHeaders(token, session), { ...listTools, method: 'tools/call', params })
    expect([denied.status, denied.headers['www-authenticate']]).toEqual([403, expect.not.stringContaining('metadata')])
    const ask = async (headers: Record<string, string>) => {
      const { status, headers: of } = await send(url, 'POST', headers, initialize)
      return [status, String(of['www-authenticate']).includes('resource_metadata')]
    }
    await keyring.revoke(id)
    const bad = `${token.slice(0, -1)}${token.endsWith('a') ? 'b' : 'a'}`
    for (const of of [token, bad, token.slice(0, -3), `${token}x`])
      expect(await ask(mcpHeaders(of))).toEqual([401, false])
    expect(await ask({ ...mcpHeaders(), 'x-api-key': bad })).toEqual([401, false])
    expect(await ask(mcpHeaders())).toEqual([401, true])
    expect(await ask(mcpHeaders('eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln'))).toEqual([401, true])
  })

  it('offers OAuth to a token that no imported key is (MCP-9)', async () => {
    const resourceMetadataUrl = 'https://example.com/.well-known/oauth-protected-resource/mcp'
    const { url } = await serve({ resourceMetadataUrl }, aKeyring(undefined, { imports: {} }))
    const jwt = await send(url, 'POST', mcpHeaders('eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln'), initialize)
    expect([jwt.status, jwt.headers['www-authenticate']]).toEqual([401, expect.stringContaining('resource_metadata')])
  })

  it.each([null, new Date(Date.now() + 3_600_500)])(
    'passes the caller to handlers, but not the key, with expiry %s (MCP-1, MCP-3)',
    async (expiresAt) => {
      const { url, keyring, seen } = await serve()
      const { token, id } = await aToken(keyring, { ...full, expiresAt })
      expect((await send(url, 'POST', mcpHeaders(token), initialize)).status).toBe(200)
      const text = seen.join()
      expect(text).toContain(`"token":"${id}"`)
      expect(text).toContain(
        `"expiresAt":${expiresAt === null ? 253402300799 : Math.floor(expiresAt.getTime() / 1000)}`,
      )
      expect(text).not.toContain(token)
      expect(text.toLowerCase()).not.toContain('authorization')
      const { 'mcp-session-id': _, authorization: __, ...rest } = mcpHeaders(token) as Record<string, string>
      await send(url, 'POST', { ...rest, 'x-api-key': token }, initialize)
      expect(seen.join()).not.toContain(token)
    },
  )

  it("reads a key in the host's header beside a platform's token, and shows handlers neither (HTTP-22)", async () => {
    const { url, keyring, seen } = await serve({ headers: ['X-Acme-Key'] })
    const { token, id } = await aToken(keyring, full)
    const jwt = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln'
    const post = (more: Record<string, string>) => send(url, 'POST', { ...mcpHeaders(jwt), ...more }, initialize)
    expect((await post({ 'x-acme-key': token })).status).toBe(200)
    expect(seen.join()).toContain(`"token":"${id}"`)
    for (const secret of [token, jwt]) expect(seen.join()).not.toContain(secret)
    expect((await post({ 'x-api-key': token })).status).toBe(401)
    const refused = await post({ 'x-acme-key': `Bearer ${token}` })
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining("Send 'X-Acme-Key: <key>'")])
    expect(refused.headers['www-authenticate']).toContain("Send 'X-Acme-Key: <key>'")
    expect(refused.text).not.toContain('X-API-Key')
  })

  it('answers 403 for a Host or Origin that is not in the allowed list', async () => {
    const { url, keyring } = await serve({
      allowedOrigins: ['https://app.example.com'],
      allowedHosts: ['mcp.example.com'],
    })
    const { token } = await aToken(keyring)
    const status = async (headers: Record<string, string>) =>
      (await send(url, 'POST', { ...mcpHeaders(token), host: 'mcp.example.com', ...headers }, initialize)).status
    expect(await status({})).toBe(200)
    expect(await status({ origin: 'https://app.example.com' })).toBe(200)
    expect(await status({ origin: 'http://evil.example' })).toBe(403)
    expect(await status({ origin: 'null' })).toBe(403)
    expect(await status({ host: 'evil.example' })).toBe(403)
  })

  it('narrows every request to the resources that its URL names (L6)', async () => {
    const { url, keyring } = await serve({ narrow: (at) => ({ board: [at.searchParams.get('boardId')] }) })
    const { token } = await aToken(keyring, partial)
    const post = (query: string, body: unknown = initialize, sessionId?: string) =>
      send(`${url}${query}`, 'POST', mcpHeaders(token, sessionId), body)

    const unknown = await post('?boardId=nowhere')
    expect(unknown.status).toBe(404)
    // Out of reach, twice, or not there: told alike.
    for (const query of [
      '?boardId=b3',
      '?boardId=b1&boardId=b1',
      '?boardId=b1&boardId=b3',
      '?boardId=',
      '?boardId=__proto__',
    ]) {
      const answer = await post(query)
      expect([query, answer.status, answer.text]).toEqual([query, 404, unknown.text])
    }
    const opened = await post('?boardId=b1')
    const session = opened.headers['mcp-session-id']?.toString()
    const call = (boardId: string) => ({
      jsonrpc: '2.0',
      id: 3,
      method: 'tools/call',
      params: { name: 'tasks_create', arguments: { boardId, title: 't' } },
    })
    expect((await post('?boardId=b1', call('b1'), session)).text).toContain('created on b1, reaches b1"')
    expect((await post('?boardId=b1', call('b2'), session)).text).toContain('insufficient_scope')
    // On b2 the key only reads, so there is nothing to create with.
    const onB2 = (await post('?boardId=b2')).headers['mcp-session-id']?.toString()
    expect((await post('?boardId=b2', listTools, onB2)).text).not.toContain('tasks_create')
    expect((await post('?boardId=b1', listTools, session)).text).toContain('tasks_create')
    const nowhere = await post('')
    expect(nowhere.status).toBe(200)
    expect((await post('', listTools, nowhere.headers['mcp-session-id']?.toString())).text).not.toContain(
      'tasks_create',
    )
  })

  it('decides and charges each message of a batch', async () => {
    const { url, keyring } = await serve({}, aKeyring({ limit: 5, windowMs: 60_000 }))
    const { token } = await aToken(keyring, partial)
    const opened = await send(url, 'POST', mcpHeaders(token), {
      ...initialize,
      params: { ...initialize.params, protocolVersion: '2025-03-26' },
    })
    const session = opened.headers['mcp-session-id']?.toString()
    const calls = ['whoami', 'members_remove', 'whoami', 'whoami', 'whoami', 'whoami'].map((name, at) => ({
      jsonrpc: '2.0',
      id: at + 10,
      method: 'tools/call',
      params: { name, arguments: {} },
    }))
    const answer = await send(
      url,
      'POST',
      { ...mcpHeaders(token, session), 'mcp-protocol-version': '2025-03-26' },
      calls,
    )
    expect(answer.status).toBe(200)
    expect(answer.text).toContain('Tool members_remove not found')
    // One unit opened the connection, four more are left for six calls.
    expect(answer.text.match(/rate_limited/g)).toHaveLength(4)
  })

  it('counts each call as one use, whatever it costs, also in a batch', async () => {
    const { url, keyring } = await serve()
    const { token } = await aToken(keyring, full)
    const opened = await send(url, 'POST', mcpHeaders(token), {
      ...initialize,
      params: { ...initialize.params, protocolVersion: '2025-03-26' },
    })
    const session = opened.headers['mcp-session-id']?.toString()
    const headers = { ...mcpHeaders(token, session), 'mcp-protocol-version': '2025-03-26' }
    const call = (id: number) => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'report' } })
    const calls = async () => (await keyring.stats({ organizationId: 'org1' })).callsLast24h
    expect(await calls()).toBe(1)
    expect((await send(url, 'POST', headers, call(3))).text).toContain('"text":"report"')
    expect(await calls()).toBe(2)
    const batch = await send(url, 'POST', headers, [call(4), call(5), call(6)])
    expect(batch.text.match(/"text":"report"/g)).toHaveLength(3)
    expect(await calls()).toBe(5)
  })

  it('serves people whom fallback signed in, beside keys (O9)', async () => {
    const people = new Map([
      [
        'cookie-of-ann',
        {
          id: 'ann',
          allows: (scope: string) => scope === 'members.manage',
          allowsOn: (scope: string, { id }: { id: string }) => id === 'b1' && scope === 'tasks.create',
        },
      ],
    ])
    const { url, keyring } = await serve({
      fallback: ({ fields }) =>
        people.get(fields.find(([name]) => name.toLowerCase() === 'authorization')?.[1].slice(7) ?? '') ?? null,
    })
    const { token } = await aToken(keyring, partial)
    const open = async (bearer: string) => {
      const opened = await send(url, 'POST', mcpHeaders(bearer), initialize)
      const session = opened.headers['mcp-session-id']?.toString()
      return { ...opened, session, tools: await send(url, 'POST', mcpHeaders(bearer, session), listTools) }
    }
    const ann = await open('cookie-of-ann')
    expect(ann.tools.text).toContain('members_remove')
    expect(ann.tools.text).toContain('tasks_create')
    expect(ann.tools.text).not.toContain('report')
    const byKey = await open(token)
    expect(byKey.tools.text).toContain('report')
    expect(byKey.tools.text).not.toContain('members_remove')
    expect((await send(url, 'POST', mcpHeaders('cookie-of-bob'), initialize)).status).toBe(401)
    if (ann.session !== undefined) {
      expect((await send(url, 'POST', mcpHeaders(token, ann.session), listTools)).status).toBe(404)
    }
    people.clear()
    expect((await send(url, 'POST', mcpHeaders('cookie-of-ann', ann.session), listTools)).status).toBe(401)
  })

  it('narrows signed-in people, and answers 404 for a resource on which they may do nothing', async () => {
    const ann = { id: 'ann', allows: () => true, allowsOn: (_: string, { id }: { id: string }) => id !== 'b3' }
    const { url } = await serve({ fallback: () => ann, narrow: (at) => ({ board: [at.searchParams.get('boardId')] }) })
    const opened = await send(`${url}?boardId=b1`, 'POST', mcpHeaders(), initialize)
    const session = opened.headers['mcp-session-id']?.toString()
    const call = async (boardId: string) => {
      const params = { name: 'tasks_create', arguments: { boardId, title: 't' } }
      const message = { ...listTools, method: 'tools/call', params }
      return (await send(`${url}?boardId=b1`, 'POST', mcpHeaders(undefined, session), message)).text
    }
    expect(await call('b2')).toContain('insufficient_scope')
    expect(await call('b1')).toContain('No API key') // the handler asks for a key's principal
    expect((await send(`${url}?boardId=b3`, 'POST', mcpHeaders(), initialize)).status).toBe(404)
  })

  it('answers 403 with the required scopes when insufficientScope is http-403 (B13)', async () => {
    const { url, keyring } = await serve({ insufficientScope: 'http-403' })
    const { token } = await aToken(keyring, partial)
    const opened = await send(url, 'POST', mcpHeaders(token), initialize)
    const session = opened.headers['mcp-session-id']?.toString()
    const call = async (boardId: string, name = 'tasks_create') =>
      send(url, 'POST', mcpHeaders(token, session), {
        ...listTools,
        method: 'tools/call',
        params: { name, arguments: { boardId, title: 't' } },
      })
    const denied = await call('b2')
    expect([denied.status, denied.headers['www-authenticate']]).toEqual([
      403,
      'Bearer realm="mcp", error="insufficient_scope", scope="tasks.create"',
    ])
    expect((await call('b1')).status).toBe(200)
    expect((await call('b1', 'members_remove')).text).toContain('not found')
  })

  it.each(['hide', 'list'] as const)(
    'answers a person who lacks a global scope with 403 and all scopes of the call, with unavailableTools %s',
    async (unavailableTools) => {
      const ann = { id: 'ann', allows: () => false, allowsOn: () => false, allowsSomewhere: () => false }
      const resourceMetadataUrl = 'https://example.com/.well-known/oauth-protected-resource/mcp'
      const { url } = await serve({
        fallback: () => ann,
        insufficientScope: 'http-403',
        unavailableTools,
        resourceMetadataUrl,
      })
      const opened = await send(url, 'POST', mcpHeaders(), initialize)
      const session = opened.headers['mcp-session-id']?.toString()
      const call = (name: string, args: object) =>
        send(url, 'POST', mcpHeaders(undefined, session), {
          ...listTools,
          method: 'tools/call',
          params: { name, arguments: args },
        })
      const denied = await call('members_remove', { id: 'x' })
      expect([denied.status, denied.headers['www-authenticate']]).toEqual([
        403,
        `Bearer realm="mcp", error="insufficient_scope", scope="members.manage", resource_metadata="${resourceMetadataUrl}"`,
      ])
      expect((await call('forgotten', {})).text).toContain('not found')
    },
  )

  it('answers 503 when narrow throws', async () => {
    const { url, keyring } = await serve({
      narrow: () => {
        throw new Error('down')
      },
    })
    const { token } = await aToken(keyring, full)
    const answer = await send(url, 'POST', mcpHeaders(token), initialize)
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '5'])
    expect(answer.text).not.toContain('down')
  })
})

const json = 'application/json'

it.each<[method: string, path: string, type: string | undefined, isAnswered: boolean]>([
  ['GET', '/.well-known/oauth-protected-resource/mcp?boardId=b1', undefined, true],
  ['GET', '/.well-known/oauth-authorization-server', undefined, true],
  ['GET', '/.well-known/openid-configuration', undefined, true],
  ['GET', '/mcp/.well-known/openid-configuration', undefined, true],
  ['POST', '/register', json, true],
  ['POST', '/register', `${json}; charset=utf-8`, true],
  ['GET', '/register', undefined, false],
  ['POST', '/register', 'application/x-www-form-urlencoded', false],
  ['GET', '/.well-known/security.txt', undefined, false],
  ['GET', '/mcp', undefined, false],
])('OAuth discovery: %s %s of type %s is answered: %s', async (method, path, type, isAnswered) => {
  const docsUrl = 'https://example.com/keys'
  const headers = type === undefined ? {} : { 'content-type': type }
  const response = oauthDiscoveryResponse(new Request(`http://localhost${path}`, { method, headers }), { docsUrl })
  expect(response?.status).toBe(isAnswered ? 404 : undefined)
  let [passed, sent] = [false, '']
  const res = {
    statusCode: 0,
    setHeader: () => {},
    end: (body: string) => {
      sent = body
    },
  }
  denyOAuthDiscovery({ docsUrl })({ method, url: path, headers }, res, () => {
    passed = true
  })
  expect([res.statusCode, passed]).toEqual([isAnswered ? 404 : 0, !isAnswered])
  if (!isAnswered) return
  expect(await response?.text()).toBe(sent)
  expect(JSON.parse(sent)).toEqual({
    error: 'invalid_request',
    error_description: expect.stringContaining(docsUrl),
    error_uri: docsUrl,
  })
})

it('the registration of a client of either SDK fails with a text that says how to get a key', async () => {
  const app = express()
  app.use(denyOAuthDiscovery({ docsUrl: 'https://example.com/keys' }))
  app.use((_, res) => void res.status(404).send('<html>'))
  const url = new URL('/', await listening(createServer(app)))
  const clientMetadata = { redirect_uris: ['http://localhost/callback'] }
  // Hono has replaced the global class, of which v1 wants its responses to be.
  const fetchFn: typeof fetch = async (...args) => {
    const answer = await fetch(...args)
    return new Response(await answer.text(), { status: answer.status, headers: answer.headers })
  }
  for (const register of [registerV1, registerClient as unknown as typeof registerV1]) {
    await expect(register(url, { clientMetadata, fetchFn })).rejects.toThrow(/API key.*https:\/\/example.com\/keys/)
  }
})

/** A modern client that is not pinned to one version: a pinned one does not say what it was answered. */
const negotiating = async (url: string, token: string) => {
  const client = new Client({ name: 'v2', version: '1' }, { versionNegotiation: { mode: 'auto' } })
  const requestInit = { headers: { Authorization: `Bearer ${token}` } }
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }))
}

describe.each([
  ...hosts.filter(({ name }) => !name.includes('modern')),
  { name: 'v2 on Hono, client that negotiates', serve: serveV2, connect: negotiating },
])('$name', ({ serve, connect }) => {
  it.each([
    // biome-ignore lint/suspicious/noTemplateCurlyInString: clients send this text by mistake
    '${TASKS_API_KEY}',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as above
    '${env:TASKS_API_KEY}',
    '$TASKS_API_KEY',
    '{env:TASKS_API_KEY}',
    '%TASKS_API_KEY%',
    '<TASKS_API_KEY>',
  ])('tells a client that sends %s that it replaced no placeholder, and does not repeat it', async (text) => {
    const { url } = await serve()
    const hint = /If it is a placeholder such as \$API_KEY, the client did not replace it/
    for (const headers of [mcpHeaders(text), { ...mcpHeaders(), 'x-api-key': text }]) {
      const answer = await send(url, 'POST', headers, initialize)
      expect(answer.status).toBe(400)
      expect(JSON.parse(answer.text).error.message).toMatch(hint)
      expect(answer.text).not.toContain('TASKS_API_KEY')
    }
    await expect(connect(url, text)).rejects.toThrow(hint)
  })
})
