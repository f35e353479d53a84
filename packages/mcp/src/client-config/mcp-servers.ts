import {
  braced,
  type Client,
  type Draft,
  inProject,
  jsonFiles,
  ofUser,
  type Place,
  pasteHere,
  reported,
} from './client.js'
import { cursorLink } from './install-link.js'
import type { Setup } from './setup.js'
import { shellLine } from './shell.js'

/** How one client writes `mcpServers`, the JSON that most clients share. Only a few names differ. */
interface Dialect {
  readonly title: string
  readonly places: readonly Place[]
  /** @defaultValue mcpServers */
  readonly root?: string
  /** The name of the URL field. */
  readonly url: string
  /** The values of the field `type`. @defaultValue there is no such field */
  readonly type?: Readonly<Record<'http' | 'stdio', string>>
  /** Writes a variable. @defaultValue the client reads none, and the key is pasted */
  readonly variable?: (env: string) => string
  /** Further fields of each entry. */
  readonly rest?: object
  readonly more?: (setup: Setup, entry: object) => Omit<Draft, 'files'>
}

function mcpServers({ title, places, root = 'mcpServers', more, ...dialect }: Dialect): Client {
  return {
    title,
    key: dialect.variable ? 'environment' : 'paste',
    write(setup) {
      const entry = toEntry(setup, dialect)
      return { files: jsonFiles(places, { [root]: { [setup.name]: entry } }), ...more?.(setup, entry) }
    },
  }
}

function toEntry(
  { server, env, token }: Setup,
  { url, type, variable = pasteHere, rest }: Pick<Dialect, 'url' | 'type' | 'variable' | 'rest'>,
): object {
  const key = token ?? variable(env)
  return {
    ...(type && { type: type[server.type] }),
    ...(server.type === 'http'
      ? { [url]: server.url, headers: { Authorization: `Bearer ${key}` } }
      : { command: server.command, args: server.args, env: { [env]: key } }),
    ...rest,
  }
}

const prefixed = (env: string): string => `\${env:${env}}`

export const claudeCode: Client = mcpServers({
  title: 'Claude Code',
  places: [inProject('.mcp.json'), ofUser('~/.claude.json')],
  url: 'url',
  type: { http: 'http', stdio: 'stdio' },
  variable: braced,
  more: (setup) => ({
    command: claudeMcpAdd(setup),
    notes: ['Some versions for Windows reportedly send the placeholder itself. The server then answers 401.'],
  }),
})

/** Keeps the placeholder, so that the key is neither in the shell history nor in the file. */
function claudeMcpAdd({ name, env, server }: Setup): string {
  const common = ['--scope', 'project', name]
  return shellLine(
    server.type === 'http'
      ? // `--header` takes all words after it, so it comes last.
        [
          'claude',
          'mcp',
          'add',
          '--transport',
          'http',
          ...common,
          server.url,
          '--header',
          `Authorization: Bearer ${braced(env)}`,
        ]
      : // So does `--env`: another option must end it.
        [
          'claude',
          'mcp',
          'add',
          '--env',
          `${env}=${braced(env)}`,
          '--transport',
          'stdio',
          ...common,
          '--',
          server.command,
          ...server.args,
        ],
  )
}

export const cursor: Client = mcpServers({
  title: 'Cursor',
  places: [inProject('.cursor/mcp.json'), ofUser('~/.cursor/mcp.json')],
  url: 'url',
  variable: prefixed,
  more: ({ name }, entry) => ({ link: cursorLink(name, entry), notes: [reported('Cursor')] }),
})

export const windsurf: Client = mcpServers({
  title: 'Windsurf',
  places: [ofUser('~/.codeium/windsurf/mcp_config.json')],
  url: 'serverUrl',
  variable: prefixed,
  more: () => ({ notes: [reported('Windsurf')] }),
})

export const zed: Client = mcpServers({
  title: 'Zed',
  places: [ofUser('~/.config/zed/settings.json'), ofUser('%APPDATA%\\Zed\\settings.json')],
  root: 'context_servers',
  url: 'url',
  more: () => ({ notes: ['The command "zed: open settings file" opens the file.'] }),
})

export const geminiCli: Client = mcpServers({
  title: 'Gemini CLI',
  places: [inProject('.gemini/settings.json'), ofUser('~/.gemini/settings.json')],
  // `url` is the older SSE transport here.
  url: 'httpUrl',
  variable: braced,
})

export const cline: Client = mcpServers({
  title: 'Cline',
  places: [ofUser('cline_mcp_settings.json')],
  url: 'url',
  type: { http: 'streamableHttp', stdio: 'stdio' },
  variable: prefixed,
  rest: { disabled: false, autoApprove: [] },
  more: () => ({
    notes: [
      '"Configure MCP Servers" in the panel of Cline opens the file.',
      'Versions since December 2025 read variables. An older version needs the key itself.',
      reported('Cline'),
    ],
  }),
})

export const generic: Client = mcpServers({
  title: 'Other clients',
  places: [ofUser('the MCP configuration of the client')],
  url: 'url',
  type: { http: 'http', stdio: 'stdio' },
  variable: braced,
  more: () => ({
    notes: ['Clients differ. Look up how yours writes a variable, and whether its fields are called "type" and "url".'],
  }),
})
