import { createServer } from 'node:http'
import {
  Client,
  discoverOAuthProtectedResourceMetadata,
  extractWWWAuthenticateParams,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'
import {
  discoverOAuthProtectedResourceMetadata as discoverV1,
  extractWWWAuthenticateParams as readChallengeV1,
} from '@modelcontextprotocol/sdk/client/auth.js'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import express from 'express'
import { describe, expect, it } from 'vitest'
import {
  createMcpAuth,
  type McpAuthOptions,
  type ResourceMetadataOptions,
  resourceMetadataResponse,
  serveResourceMetadata,
} from '../src/index.js'
import { initialize, mcpHeaders, send } from './raw.js'
import { aKeyring, aToken, type Board, listening, serveV1, serveV2 } from './task-board.js'

const options: ResourceMetadataOptions = {
  resource: 'https://example.com/mcp',
  authorizationServers: ['https://login.example.com'],
  scopesSupported: ['tasks.read', 'tasks.create'],
  docsUrl: 'https://example.com/docs/mcp',
}
const document = {
  resource: 'https://example.com/mcp',
  authorization_servers: ['https://login.example.com'],
  scopes_supported: ['tasks.read', 'tasks.create'],
  bearer_methods_supported: ['header'],
  resource_documentation: 'https://example.com/docs/mcp',
}
const path = '/.well-known/oauth-protected-resource/mcp'

const names = ['content-type', 'access-control-allow-origin', 'access-control-allow-headers', 'allow']
const read = async (answer: Response) => ({
  status: answer.status,
  headers: names.map((name) => answer.headers.get(name)),
  body: await answer.text(),
})

/** What Express answers. A fetch host must answer the same. */
async function answerTo(method: string, at: string, of: ResourceMetadataOptions = options, headers = {}) {
  const app = express()
  app.use(serveResourceMetadata(of))
  const { origin } = new URL(await listening(createServer(app)))
  const onExpress = await read(await fetch(`${origin}${at}`, { method, headers }))
  const onFetch = resourceMetadataResponse(new Request(`http://localhost${at}`, { method, headers }), of)
  expect(onFetch && (await read(onFetch))).toEqual(onExpress)
  return onExpress
}

describe('resource metadata', () => {
  it.each([path, `${path}?boardId=b1`])('is served at %s, for browsers too (RFC 9728)', async (at) => {
    const { status, headers, body } = await answerTo('GET', at)
    expect([status, headers, JSON.parse(body)]).toEqual([200, ['application/json', '*', null, null], document])
  })

  it('is served without a path for an endpoint that has none, and leaves out what is not set', async () => {
    const bare = { resource: 'https://mcp.example.com', authorizationServers: ['https://login.example.com'] }
    expect(await answerTo('GET', '/.well-known/oauth-protected-resource', bare)).toMatchObject({
      body: '{"resource":"https://mcp.example.com","authorization_servers":["https://login.example.com"],"bearer_methods_supported":["header"]}',
    })
  })

  it.each([
    ['HEAD', 200, ['application/json', '*', null, null]],
    ['OPTIONS', 204, [null, '*', '*', null]],
    ['POST', 405, [null, '*', null, 'GET, HEAD, OPTIONS']],
  ])('answers %s with %i and no body', async (method, status, headers) => {
    expect(await answerTo(method, path)).toEqual({ status, headers, body: '' })
  })

  it.each([
    '/mcp',
    '/',
    '//',
    '/.well-known/oauth-protected-resource',
    `${path}/`,
    '/.well-known/openid-configuration',
  ])('passes %s on', async (at) => {
    expect(resourceMetadataResponse(new Request(`http://localhost${at}`), options)).toBeUndefined()
    let passed = false
    const res = { statusCode: 0, setHeader: () => {}, end: () => {} }
    serveResourceMetadata(options)({ method: 'GET', url: at }, res, () => {
      passed = true
    })
    expect(passed).toBe(true)
  })

  it.each(['Authorization', 'X-API-Key', 'X-Acme-Key'])(
    'is not told to a client that sends a key in %s, which would take it to the authorization server (MCP-9)',
    async (name) => {
      const of = { ...options, headers: ['X-Acme-Key'] }
      const { status, body } = await answerTo('GET', path, of, { [name]: 'Bearer tk_secret' })
      expect([status, body]).toEqual([404, expect.stringContaining('no authorization server issues keys')])
      expect(body).not.toContain('login.example.com')
      expect(await answerTo('GET', path, of, { 'X-Other': 'x' })).toMatchObject({ status: 200 })
    },
  )

  it('is found by the clients of both SDKs', async () => {
    const app = express()
    app.use((req, res, next) =>
      serveResourceMetadata({ ...options, resource: `http://${req.headers.host}/mcp` })(req, res, next),
    )
    const url = await listening(createServer(app))
    for (const discover of [discoverOAuthProtectedResourceMetadata, discoverV1]) {
      expect(await discover(url)).toMatchObject({ ...document, resource: url })
    }
  })

  it.each<[string, object]>([
    ['resource', {}],
    ['resource', { resource: '/mcp' }],
    ['resource', { resource: 'https://example.com/mcp?boardId=b1' }],
    ['resource', { resource: 'https://example.com/mcp#a' }],
    ['resource', { resource: 'ftp://example.com/mcp' }],
    ['authorizationServers', { ...options, authorizationServers: [] }],
    ['authorizationServers', { ...options, authorizationServers: ['login.example.com'] }],
    ['authorizationServers', { ...options, authorizationServers: 'https://login.example.com' }],
    ['scopesSupported', { ...options, scopesSupported: ['tasks read'] }],
    ['scopesSupported', { ...options, scopesSupported: undefined }],
    ['docsUrl', { ...options, docsUrl: 'docs' }],
    ['headers', { ...options, headers: 'X-Acme-Key' }],
    ['resourceName', { ...options, resourceName: 'board' }],
  ])('refuses a wrong %s: %o', (name, wrong) => {
    const of = wrong as ResourceMetadataOptions
    const refused = expect.objectContaining({ code: 'invalid_options', field: name })
    expect(() => serveResourceMetadata(of)).toThrow(refused)
    expect(() => resourceMetadataResponse(new Request('http://localhost/'), of)).toThrow(refused)
  })
})

const oauth = {
  resourceMetadataUrl: `https://example.com${path}`,
  initialScopes: ['tasks.read', 'offline_access'],
}

describe.each([
  { name: 'v1 on Express', serve: serveV1 },
  { name: 'v2 on Hono', serve: serveV2 },
])('the first 401 of $name', ({ serve }) => {
  it('says what to ask for at first, so that clients of both SDKs read it', async () => {
    const { url } = await serve(oauth)
    const { status, headers } = await send(url, 'POST', mcpHeaders(), initialize)
    expect(status).toBe(401)
    const challenge = String(headers['www-authenticate'])
    expect(challenge).toBe(
      `Bearer realm="mcp", resource_metadata="${oauth.resourceMetadataUrl}", scope="tasks.read offline_access"`,
    )
    const response = new Response(null, { status: 401, headers: { 'WWW-Authenticate': challenge } })
    for (const read of [extractWWWAuthenticateParams, readChallengeV1]) {
      const { resourceMetadataUrl, scope } = read(response)
      expect([resourceMetadataUrl?.href, scope]).toEqual([oauth.resourceMetadataUrl, 'tasks.read offline_access'])
    }
  })

  it('says it to a token of somebody else too, but not to a bad key of ours (MCP-9)', async () => {
    const { url, keyring } = await serve(oauth)
    const { token } = await aToken(keyring)
    const ask = async (bearer: string) =>
      (await send(url, 'POST', mcpHeaders(bearer), initialize)).headers['www-authenticate']
    expect(await ask('eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln')).toContain('scope="tasks.read offline_access"')
    expect(await ask(`${token}x`)).toBe('Bearer realm="mcp", error="invalid_token"')
  })
})

describe.each([
  {
    name: 'v1',
    connect: (url: URL, options: object) =>
      new ClientV1({ name: 'v1', version: '1' }).connect(
        new TransportV1(url, options) as Parameters<ClientV1['connect']>[0],
      ),
  },
  {
    name: 'v2',
    connect: (url: URL, options: object) =>
      new Client({ name: 'v2', version: '1' }).connect(new StreamableHTTPClientTransport(url, options)),
  },
])('a client of $name that has a bad key, and could sign in', ({ connect }) => {
  it('does not ask the authorization server, though one without a key would (MCP-9)', async () => {
    const asked: string[] = []
    const authorizationServer = createServer((req, res) => {
      asked.push(`${req.method} ${req.url}`)
      res.writeHead(404).end()
    })
    const issuer = await listening(authorizationServer)
    const app = express()
    const url = new URL(await listening(createServer(app)))
    const resourceMetadataUrl = new URL(path, url).href
    const keyring = aKeyring()
    app.use(serveResourceMetadata({ resource: url.href, authorizationServers: [issuer] }))
    app.all('/mcp', createMcpAuth(keyring, { resourceMetadataUrl }).express())
    const authProvider = {
      redirectUrl: 'http://localhost/callback',
      clientMetadata: { redirect_uris: ['http://localhost/callback'] },
      clientInformation: () => undefined,
      saveClientInformation: () => {},
      tokens: () => undefined,
      saveTokens: () => {},
      redirectToAuthorization: () => {},
      saveCodeVerifier: () => {},
      codeVerifier: () => '',
    }
    const { token } = await aToken(keyring)
    for (const headers of [{ Authorization: `Bearer ${token}x` }, { 'X-API-Key': `${token}x` }]) {
      await expect(connect(url, { authProvider, requestInit: { headers } })).rejects.toThrow()
      expect(asked).toEqual([])
    }
    await expect(connect(url, { authProvider })).rejects.toThrow()
    expect(asked).not.toEqual([])
  })
})

it.each<[string, McpAuthOptions<Board>]>([
  ['resourceMetadataUrl', { resourceMetadataUrl: '/.well-known/oauth-protected-resource' }],
  ['initialScopes', { ...oauth, initialScopes: ['a b'] }],
  ['initialScopes', { ...oauth, initialScopes: ['a"b'] }],
  ['initialScopes', { ...oauth, initialScopes: [] }],
  ['initialScopes', { initialScopes: ['a'] }],
])('createMcpAuth refuses a wrong %s: %o', (name, wrong) => {
  const refused = expect.objectContaining({ code: 'invalid_options', field: name })
  expect(() => createMcpAuth(aKeyring(), wrong)).toThrow(refused)
})
