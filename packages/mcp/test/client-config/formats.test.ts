import { describe, expect, it } from 'vitest'
import { type ClientId, clientConfig, clientIds } from '../../src/client-config/index.js'
import { readCursorLink, readEntry, readVsCodeLink } from './read-back.js'

const url = 'https://api.almirant.ai/mcp?projectId=prj_1&mode=a'
const remote = { name: 'almirant', url }
const local = { name: 'almirant', command: 'npx', args: ['-y', '@almirant/mcp'] }

const bearer = (key: string) => ({ Authorization: `Bearer ${key}` })
const started = { command: 'npx', args: ['-y', '@almirant/mcp'] }
const variable = (key: string) => ({ env: { ALMIRANT_API_KEY: key } })
const dollar = '$' + '{ALMIRANT_API_KEY}'
const prefixed = '$' + '{env:ALMIRANT_API_KEY}'
const input = '$' + '{input:almirant-api-key}'
const secret = '$' + '{{ secrets.ALMIRANT_API_KEY }}'
const paste = '<ALMIRANT_API_KEY>'
const idle = { disabled: false, autoApprove: [] }
const bridged = {
  command: 'npx',
  args: ['-y', 'mcp-remote@0.15.1', url, '--header', 'Authorization:$' + '{AUTH_HEADER}'],
  env: { AUTH_HEADER: `Bearer ${paste}` },
}

/** For each client: the placement of the key, the paths, the entry for HTTP, and the entry for stdio. */
const formats: Record<ClientId, [key: string, paths: string[], http: object, stdio: object]> = {
  'claude-code': [
    'environment',
    ['.mcp.json', '~/.claude.json'],
    { type: 'http', url, headers: bearer(dollar) },
    { type: 'stdio', ...started, ...variable(dollar) },
  ],
  'claude-desktop': [
    'paste',
    [
      '~/Library/Application Support/Claude/claude_desktop_config.json',
      '%APPDATA%\\Claude\\claude_desktop_config.json',
    ],
    bridged,
    { ...started, ...variable(paste) },
  ],
  cursor: [
    'environment',
    ['.cursor/mcp.json', '~/.cursor/mcp.json'],
    { url, headers: bearer(prefixed) },
    { ...started, ...variable(prefixed) },
  ],
  'vs-code': [
    'prompt',
    ['.vscode/mcp.json', 'mcp.json, opened by "MCP: Open User Configuration"'],
    { type: 'http', url, headers: bearer(input) },
    { type: 'stdio', ...started, ...variable(input) },
  ],
  windsurf: [
    'environment',
    ['~/.codeium/windsurf/mcp_config.json'],
    { serverUrl: url, headers: bearer(prefixed) },
    { ...started, ...variable(prefixed) },
  ],
  zed: [
    'paste',
    ['~/.config/zed/settings.json', '%APPDATA%\\Zed\\settings.json'],
    { url, headers: bearer(paste) },
    { ...started, ...variable(paste) },
  ],
  codex: [
    'environment',
    ['~/.codex/config.toml', '.codex/config.toml'],
    { url, bearer_token_env_var: 'ALMIRANT_API_KEY' },
    { ...started, env_vars: ['ALMIRANT_API_KEY'] },
  ],
  'gemini-cli': [
    'environment',
    ['.gemini/settings.json', '~/.gemini/settings.json'],
    { httpUrl: url, headers: bearer(dollar) },
    { ...started, ...variable(dollar) },
  ],
  cline: [
    'environment',
    ['cline_mcp_settings.json'],
    { type: 'streamableHttp', url, headers: bearer(prefixed), ...idle },
    { type: 'stdio', ...started, ...variable(prefixed), ...idle },
  ],
  continue: [
    'environment',
    ['.continue/mcpServers/almirant.yaml', '~/.continue/config.yaml'],
    { name: 'almirant', type: 'streamable-http', url, requestOptions: { headers: bearer(secret) } },
    { name: 'almirant', type: 'stdio', ...started, ...variable(secret) },
  ],
  jetbrains: [
    'paste',
    ['Settings | Tools | AI Assistant | Model Context Protocol (MCP)'],
    bridged,
    { ...started, ...variable(paste) },
  ],
  generic: [
    'environment',
    ['the MCP configuration of the client'],
    { type: 'http', url, headers: bearer(dollar) },
    { type: 'stdio', ...started, ...variable(dollar) },
  ],
}

describe.each(clientIds)('%s', (client) => {
  const [key, paths, http, stdio] = formats[client]

  it('gets the URL of a remote server and a placeholder for the key (O10, L7)', () => {
    const config = clientConfig(client, remote)
    expect(config).toMatchObject({ client, key, warnings: [] })
    expect(config.files.map(({ path }) => path)).toEqual(paths)
    for (const file of config.files) expect(readEntry(file, 'almirant')).toEqual(http)
  })

  it('gets the command of a local server and a placeholder for the key (O10, L7)', () => {
    const config = clientConfig(client, local)
    for (const file of config.files) expect(readEntry(file, 'almirant')).toEqual(stdio)
    expect(config.notes.join('\n')).not.toContain('mcp-remote')
  })

  it('gets a first note that says what to do with the key', () => {
    const { notes, title } = clientConfig(client, remote)
    expect(notes[0]).toContain(title)
    expect(notes[0]).toMatch(client === 'vs-code' ? /asks for the key/ : /ALMIRANT_API_KEY/)
  })
})

describe('the written text', () => {
  it('is exactly this JSON for VS Code', () => {
    expect(clientConfig('vs-code', remote).files[0]?.text).toBe(`{
  "inputs": [
    {
      "type": "promptString",
      "id": "almirant-api-key",
      "description": "API key of almirant",
      "password": true
    }
  ],
  "servers": {
    "almirant": {
      "type": "http",
      "url": "${url}",
      "headers": {
        "Authorization": "Bearer ${input}"
      }
    }
  }
}
`)
  })

  it('is exactly this TOML for Codex', () => {
    expect(clientConfig('codex', local).files[0]?.text).toBe(`[mcp_servers.almirant]
command = "npx"
args = ["-y", "@almirant/mcp"]
env_vars = ["ALMIRANT_API_KEY"]
`)
  })

  it('is exactly this YAML for Continue', () => {
    const [block, config] = clientConfig('continue', remote).files
    const servers = `mcpServers:
  - name: "almirant"
    type: streamable-http
    url: "${url}"
    requestOptions:
      headers:
        Authorization: "Bearer ${secret}"
`
    expect(config?.text).toBe(servers)
    expect(block?.text).toBe(`name: "almirant"\nversion: 0.0.1\nschema: v1\n${servers}`)
  })

  it.each([
    [
      'claude-code',
      remote,
      `claude mcp add --transport http --scope project almirant '${url}' --header 'Authorization: Bearer ${dollar}'`,
    ],
    [
      'claude-code',
      local,
      `claude mcp add --env 'ALMIRANT_API_KEY=${dollar}' --transport stdio --scope project almirant -- npx -y @almirant/mcp`,
    ],
    ['codex', remote, `codex mcp add almirant --url '${url}' --bearer-token-env-var ALMIRANT_API_KEY`],
    ['codex', local, undefined],
  ] as const)('has exactly the expected command for %s', (client, options, command) => {
    expect(clientConfig(client, options).command).toBe(command)
  })
})

describe('an install link', () => {
  it('contains the entry alone for Cursor', () => {
    const link = clientConfig('cursor', remote).link ?? ''
    expect(readCursorLink(link)).toEqual({ name: 'almirant', entry: formats.cursor[2] })
  })

  it('contains the entry, its name and its input for VS Code', () => {
    expect(readVsCodeLink(clientConfig('vs-code', remote).link ?? '')).toEqual({
      name: 'almirant',
      inputs: [{ type: 'promptString', id: 'almirant-api-key', description: 'API key of almirant', password: true }],
      ...formats['vs-code'][2],
    })
  })
})

describe('a format that its maker does not document', () => {
  it.each(['cursor', 'windsurf', 'cline', 'jetbrains'] as const)('is marked as such in the notes of %s', (client) => {
    const { notes, title } = clientConfig(client, remote)
    expect(notes).toContainEqual(expect.stringMatching(`known from reports, not from the documentation of ${title}`))
  })
})

describe('warnings about plain HTTP', () => {
  it.each([
    ['http://mcp.example.com/mcp', 1],
    ['http://127.0.0.1.example.com/mcp', 1],
    ['http://localhost.example.com/mcp', 1],
    ['http://localhost:3001/mcp', 0],
    ['http://app.localhost/mcp', 0],
    ['http://127.0.0.1:3001/mcp', 0],
    ['http://[::1]:3001/mcp', 0],
    ['https://mcp.example.com/mcp', 0],
  ])('%s gets %i warnings', (plain, warnings) => {
    const config = clientConfig('claude-desktop', { name: 'almirant', url: plain })
    expect(config.warnings).toHaveLength(warnings)
    expect(config.files[0]?.text.includes('"--allow-http"')).toBe(plain.startsWith('http:'))
  })
})
