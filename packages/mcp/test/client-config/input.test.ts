import { InvalidInput, Secret } from '@keywright/core'
import { describe, expect, it } from 'vitest'
import { type ClientConfigOptions, clientConfig, clientIds } from '../../src/client-config/index.js'

const key = 'tk_live_4fGh7JkLmNpQrStUvWxYz012'
const good = { name: 'almirant', url: 'https://api.almirant.ai/mcp' }
const local = { name: 'almirant', command: 'npx' }

const refusal = (options: unknown, client: string = 'codex'): InvalidInput => {
  try {
    // JavaScript callers may pass this. The types refuse most of it.
    clientConfig(client as 'codex', options as ClientConfigOptions)
  } catch (error) {
    if (error instanceof InvalidInput) return error
    throw error
  }
  return expect.fail('not refused')
}

describe('clientConfig throws InvalidInput that names the field', () => {
  it.each([
    ...[
      '',
      '1st',
      '-x',
      '_x',
      'a b',
      'a.b',
      'a/b',
      'a"b',
      'a]\n[b',
      'é',
      'a\n',
      '__proto__',
      'a'.repeat(65),
      undefined,
      7,
    ].map((name) => ['name', { ...good, name }] as const),
    ...['', '1A', 'A-B', 'A B', 'A=B', 'A}', '$A', 'A\n', 'É', 7, null].map(
      (env) => ['env', { ...good, env }] as const,
    ),
    ...[
      '',
      'api.almirant.ai/mcp',
      '/mcp',
      'ftp://a.example/',
      'javascript:alert(1)',
      'file:///etc/passwd',
      'https://user@a.example/',
      'https://user:password@a.example/',
      'https://a.example/#x',
      'https://a.example/#',
      'https://a.example/a b',
      'https://a.example/\n',
      ' https://a.example/',
      'https://a.example/\u202e',
      'https://$' + '{home}.example/',
      'https://$home/',
      'https://`id`/',
      "https://a'b/",
      `https://a.example/${'x'.repeat(2000)}`,
      7,
      null,
    ].map((url) => ['url', { ...good, url }] as const),
    ['url', { name: 'almirant' }],
    ['url', { ...good, ...local }],
    ...['', '  ', 'a\nb', '$SHELL', 'a\u0000', 'a\u007f', 'a\ud800', 'a\u2028', 'a\u202e', 'x'.repeat(1001), 7].map(
      (command) => ['command', { ...local, command }] as const,
    ),
    ['args', { ...local, args: 'x' }],
    ['args', { ...local, args: Array(101).fill('x') }],
    ['args[1]', { ...local, args: ['x', '$HOME'] }],
    ['args[0]', { ...local, args: [7] }],
    ['token', { ...good, token: key }],
    ...['', 'a b', 'a"b', '$' + '{HOME}', 'a\n', 'é'].map(
      (text) => ['token', { ...good, token: new Secret(text) }] as const,
    ),
    ['url', { ...good, url: `https://api.almirant.ai/mcp?key=${key}`, token: new Secret(key) }],
    ['args', { ...local, args: [`--key=${key}`], token: new Secret(key) }],
  ] as const)('%s, for %o', (field, options) => {
    const error = refusal(options)
    expect(error).toMatchObject({ field, code: 'invalid_input' })
    expect(`${error.message} ${JSON.stringify(error)}`).not.toContain(key)
  })

  it.each(['emacs', 'constructor', '__proto__', 'toString', ''])('client, for %o', (client) => {
    expect(refusal(good, client)).toMatchObject({ field: 'client' })
  })
})

describe('clientConfig accepts', () => {
  it.each([
    ['almirant', 'ALMIRANT_API_KEY'],
    ['task-board', 'TASK_BOARD_API_KEY'],
    ['a_1', 'A_1_API_KEY'],
  ])('the name %s, and derives the variable %s', (name, variable) => {
    expect(clientConfig('codex', { ...good, name }).files[0]?.text).toContain(`bearer_token_env_var = "${variable}"`)
  })

  it('a URL object, a port, an IP address and an internationalised host name', () => {
    const urls = [
      'https://a.example:8443/mcp',
      'http://[::1]:3001/mcp',
      'http://127.0.0.1/mcp',
      'https://bücher.example/mcp',
    ]
    for (const url of urls) {
      const { files } = clientConfig('codex', { name: 'x', url: new URL(url) })
      expect(files[0]?.text).toContain(`url = "${new URL(url).href}"`)
    }
  })

  it('any legal variable name, also __proto__ and constructor', () => {
    for (const env of ['__proto__', 'constructor', '_']) {
      const { files } = clientConfig('gemini-cli', { ...local, env })
      expect(files[0]?.text).toContain(`"${env}": "\${${env}}"`)
    }
  })
})

it('the types reject an unknown client, a URL beside a command, and a key that is a plain string', () => {
  const { client } = clientConfig('cursor', good)
  const same: 'cursor' = client
  expect(clientIds).toContain(same)
  // @ts-expect-error an unknown client
  expect(() => clientConfig('emacs', good)).toThrow(InvalidInput)
  // @ts-expect-error a URL beside a command
  expect(() => clientConfig('cursor', { ...good, ...local })).toThrow(InvalidInput)
  // @ts-expect-error a key must be a Secret, so that nobody prints one by accident
  expect(() => clientConfig('cursor', { ...good, token: key })).toThrow(InvalidInput)
})
