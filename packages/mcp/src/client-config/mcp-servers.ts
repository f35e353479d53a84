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

/** An entry of `mcpServers`, the JSON that most clients have agreed on but for a few names. */
interface Dialect {
  readonly title: string
  readonly places: readonly Place[]
  /** @defaultValue mcpServers */
  readonly root?: string
  /** What `url` is called. */
  readonly url: string
  /** What `type` says, where there is one. */
  readonly type?: Readonly<Record<'http' | 'stdio', string>>
  /** How a variable is written. Without one, the key is pasted. */
  readonly variable?: (env: string) => string
  /** What an entry ends with. */
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
    notes: [
      'Some versions for Windows are reported to send the placeholder as it stands: then the server answers 401.',
    ],
  }),
})

/** Keeps the placeholder, so that the key is neither in the shell's history nor in the file. */
function claudeMcpAdd({ name, env, server }: Setup): string {
  const common = ['--scope', 'project', name]
  return shellLine(
    server.type === 'http'
      ? // `--header` takes all words that follow it: it comes last.
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
      : // So does `--env`: another option has to end it.
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
  more: () => ({ notes: ['The file is opened by the command "zed: open settings file".'] }),
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
      'The file is opened by "Configure MCP Servers" in the panel of Cline.',
      'Variables are read by versions since December 2025; an older one needs the key itself.',
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
    notes: [
      'Clients differ: look up how yours writes a variable, and whether it wants "type" and "url" by these names.',
    ],
  }),
})
