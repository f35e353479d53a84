import { InvalidInput, InvalidOptions, Secret } from '@keywright/core'
import { McpServer as ServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { McpServer } from '@modelcontextprotocol/server'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type ClientConfigOptions, clientConfig } from '../src/client-config/index.js'
import { createMcpAuth, type McpAuthOptions, type StdioOptions, scoped } from '../src/index.js'
import { aKeyring, aToken, type Board, full } from './task-board.js'

const info = { name: 'board', version: '1' }
const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] })
const lost = (field: string) =>
  `Option ${field} must not be undefined: leave it out to say nothing, so that a value that got lost is noticed.`

describe('createMcpAuth', () => {
  it.each<[string, object]>([
    ['Unknown option narow. Did you mean narrow?', { narow: () => ({}) }],
    ['Unknown option allowedHost. Did you mean allowedHosts?', { allowedHost: ['a.example'] }],
    ['Unknown option allowedOrigin. Did you mean allowedOrigins?', { allowedOrigin: ['https://a.example'] }],
    ['Unknown option requireHTTPS. Did you mean requireHttps?', { requireHTTPS: true }],
    [lost('narrow'), { narrow: undefined }],
    [lost('allowedHosts'), { allowedHosts: undefined }],
    [lost('allowedOrigins'), { allowedOrigins: undefined }],
  ])('throws InvalidOptions for a misspelt or lost option: %s', (message, options) => {
    const make = () => createMcpAuth(aKeyring(), options as McpAuthOptions<Board>) // JavaScript may pass this
    expect(make).toThrow(InvalidOptions)
    expect(make).toThrow(expect.objectContaining({ message }))
  })
})

describe.each([
  ['v1', () => new ServerV1(info)],
  ['v2', () => new McpServer(info) as unknown as ServerV1], // the same methods
] as const)('scoped, on %s', (_, make) => {
  it.each<[string, object]>([
    ['Unknown option scope. Did you mean scopes?', { scope: ['members.read'] }],
    ['Unknown option Scopes. Did you mean scopes?', { Scopes: ['members.read'] }],
    [
      'Unknown option anyOf. There are: scopes, on, cost, approve.',
      { scopes: ['members.read'], anyOf: ['members.manage'] },
    ],
    ['Unknown option onn. Did you mean on?', { scopes: ['members.read'], onn: () => null }],
    [lost('on'), { scopes: ['members.read'], on: undefined }],
    [lost('scopes'), { scopes: undefined }],
  ])('throws InvalidOptions for a misspelt or lost requirement, and registers nothing: %s', (message, access) => {
    const server = createMcpAuth(aKeyring()).protect(make())
    const requirement = access as { readonly scopes: readonly string[] } // JavaScript may pass this
    const register = [
      () => {
        const handler = scoped(requirement, () => text('ran'))
        server.registerTool('t', {}, handler)
      },
      () => {
        const handler = scoped(requirement, (uri: URL) => ({ contents: [{ uri: uri.href, text: 'ran' }] }))
        server.registerResource('t', 'doc://t', {}, handler)
      },
      () => {
        const handler = scoped(requirement, () => ({ messages: [] }))
        server.registerPrompt('t', {}, handler)
      },
    ]
    for (const each of register) {
      expect(each).toThrow(InvalidOptions)
      expect(each).toThrow(expect.objectContaining({ message }))
    }
    // The names are free: nothing was registered under them.
    server.registerTool(
      't',
      {},
      scoped('public', () => text('t')),
    )
    server.registerResource(
      't',
      'doc://t',
      {},
      scoped('public', () => ({ contents: [] })),
    )
    server.registerPrompt(
      't',
      {},
      scoped('public', () => ({ messages: [] })),
    )
  })

  it.each(['pubic', undefined, null, ['members.read']])('throws InvalidOptions for the requirement %j', (access) => {
    expect(() => scoped(access as 'public', () => text('ran'))).toThrow(InvalidOptions) // JavaScript may pass this
  })
})

describe('stdio', () => {
  it.each<[string, object]>([
    ['Unknown option narow. Did you mean narrow?', { env: 'BOARD_KEY', narow: { board: ['b1'] } }],
    ['Unknown option evn. Did you mean env?', { evn: 'BOARD_KEY' }],
    ['Unknown option narrow.bord. Did you mean narrow.board?', { env: 'BOARD_KEY', narrow: { bord: ['b1'] } }],
    ['Option narrow.board must be an array of ids.', { env: 'BOARD_KEY', narrow: { board: 'b1' } }],
    [lost('narrow.board'), { env: 'BOARD_KEY', narrow: { board: undefined } }],
    [lost('narrow'), { env: 'BOARD_KEY', narrow: undefined }],
    ['Option env must be the name of an environment variable.', { narrow: { board: ['b1'] } }],
  ])('rejects with InvalidOptions for a misspelt or lost option, and takes no key: %s', async (message, options) => {
    const keyring = aKeyring()
    process.env.BOARD_KEY = (await aToken(keyring, full)).token
    onTestFinished(() => {
      delete process.env.BOARD_KEY
    })
    const opened = createMcpAuth(keyring).stdio(options as StdioOptions) // JavaScript may pass this
    await expect(opened).rejects.toThrow(InvalidOptions)
    await expect(opened).rejects.toThrow(expect.objectContaining({ message }))
    expect(process.env.BOARD_KEY).toBeDefined()
  })
})

describe('clientConfig', () => {
  const good = { name: 'board', url: 'https://a.example/mcp' }
  it.each<[string, unknown]>([
    ['Unknown option tokn. Did you mean token?', { ...good, tokn: new Secret('tk_live_x') }],
    ['Unknown option enviroment. There are: name, env, token, url, command, args.', { ...good, enviroment: 'KEY' }],
    ['Unknown option arg. Did you mean args?', { name: 'board', command: 'npx', arg: ['board'] }],
    ['options must be an object with some of: name, env, token, url, command, args.', null],
  ])('throws InvalidInput for a misspelt option: %s', (message, options) => {
    const make = () => clientConfig('codex', options as ClientConfigOptions) // JavaScript may pass this
    expect(make).toThrow(InvalidInput)
    expect(make).toThrow(expect.objectContaining({ message }))
  })
})

describe('narrow', () => {
  it.each(['a key', 'a login'])('answers 503 to %s when it names a type that the model does not have', async (who) => {
    const keyring = aKeyring()
    const login = { id: 'ann', allows: () => true, allowsOn: () => true }
    const auth = createMcpAuth(keyring, {
      // A misspelt type with no ids: nothing would be out of reach, and nothing narrowed.
      narrow: () => ({ bord: [null] }) as object,
      fallback: () => login,
    })
    const headers = who === 'a key' ? { authorization: `Bearer ${(await aToken(keyring, full)).token}` } : {}
    const answer = await auth.gate(new Request('http://x/', { headers }))
    expect(answer).toMatchObject({ status: 503 })
  })
})
