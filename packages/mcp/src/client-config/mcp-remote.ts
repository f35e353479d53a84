import { braced, type Client, jsonFiles, ofUser, type Place, pasteHere, reported } from './client.js'
import type { Setup } from './setup.js'

/** Pinned, because npx would accept any version in its cache, and some had security holes. */
const mcpRemote = 'mcp-remote@0.15.1'

interface StdioOnly {
  readonly title: string
  readonly places: readonly Place[]
  readonly notes: readonly string[]
}

/** A client whose file cannot set headers. It reaches an HTTP server through the program mcp-remote. */
function stdioOnly({ title, places, notes }: StdioOnly): Client {
  return {
    title,
    key: 'paste',
    write(setup) {
      const bridge = [
        'The program mcp-remote forwards the requests. It needs Node.js.',
        'If the server refuses the key, mcp-remote opens a browser for OAuth. Close it and check the key.',
      ]
      return {
        files: jsonFiles(places, { mcpServers: { [setup.name]: toEntry(setup) } }),
        notes: setup.server.type === 'http' ? [...bridge, ...notes] : [],
      }
    },
  }
}

function toEntry({ server, env, token }: Setup): object {
  const key = token ?? pasteHere(env)
  if (server.type === 'stdio') return { command: server.command, args: server.args, env: { [env]: key } }
  const overHttp = server.url.startsWith('http:') ? ['--allow-http'] : []
  return {
    command: 'npx',
    // No space in the header: clients on Windows split the argument there. mcp-remote expands the variable itself, so that
    // the key does not appear in the process list.
    args: ['-y', mcpRemote, server.url, ...overHttp, '--header', `Authorization:${braced('AUTH_HEADER')}`],
    env: { AUTH_HEADER: `Bearer ${key}` },
  }
}

export const claudeDesktop: Client = stdioOnly({
  title: 'Claude Desktop',
  places: [
    ofUser('~/Library/Application Support/Claude/claude_desktop_config.json'),
    ofUser('%APPDATA%\\Claude\\claude_desktop_config.json'),
  ],
  notes: [
    'Settings > Connectors may accept the URL and the header without a file. This is known from reports, and differs by plan.',
  ],
})

export const jetBrains: Client = stdioOnly({
  title: 'JetBrains AI Assistant',
  places: [ofUser('Settings | Tools | AI Assistant | Model Context Protocol (MCP)')],
  notes: [
    'It also supports HTTP itself, but how to set a header is not confirmed.',
    reported('JetBrains AI Assistant'),
  ],
})
