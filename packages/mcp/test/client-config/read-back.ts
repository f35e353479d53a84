import { execFileSync } from 'node:child_process'
import { parse as parseToml } from 'smol-toml'
import { parse as parseYaml } from 'yaml'
import type { ConfigFile } from '../../src/client-config/index.js'

const parsers: Record<ConfigFile['language'], (text: string) => unknown> = {
  json: (text) => JSON.parse(text),
  toml: (text) => parseToml(text),
  yaml: (text) => parseYaml(text),
}

export interface Entry {
  readonly command?: string
  readonly args?: readonly string[]
  readonly [field: string]: unknown
}

/** The entry that a client finds under the name of the server. */
export function readEntry({ language, text }: ConfigFile, name: string): Entry {
  // A file of another shape fails at the first missing field.
  const file = parsers[language](text) as Record<string, Record<string, Entry> | Entry[]>
  const servers = file.mcpServers ?? file.servers ?? file.context_servers ?? file.mcp_servers ?? {}
  const entry = Array.isArray(servers) ? servers.find((one) => one.name === name) : servers[name]
  if (entry === undefined) throw new Error(`no server ${name} in ${text}`)
  return entry
}

/** Every string in `value`, at any depth, without the keys. */
export function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

/** The words of each line as a real shell passes them to the program. */
export function readShell(lines: readonly string[]): string[][] {
  const show = (program: string): string => `${program}() { printf '%s\\0' ${program} "$@"; printf '\\n\\0'; }`
  const script = [show('claude'), show('codex'), ...lines].join('\n')
  const out = execFileSync('sh', ['-c', script], { encoding: 'utf8', env: { SAMPLE_API_KEY: 'expanded' } })
  const commands: string[][] = [[]]
  for (const word of out.split('\0').slice(0, -1)) {
    if (word === '\n') commands.push([])
    else commands.at(-1)?.push(word)
  }
  return commands.slice(0, -1)
}

/** Reads a link as Cursor does. */
export function readCursorLink(link: string): { name: string | null; entry: unknown } {
  const { searchParams } = new URL(link)
  const json = Buffer.from(searchParams.get('config') ?? '', 'base64').toString('utf8')
  return { name: searchParams.get('name'), entry: JSON.parse(json) }
}

/** Reads a link as VS Code does, which decodes the query twice. */
export function readVsCodeLink(link: string): unknown {
  const [scheme, query = ''] = link.split('?')
  if (scheme !== 'vscode:mcp/install') throw new Error(`not an install link: ${scheme}`)
  return JSON.parse(decodeURIComponent(decodeURIComponent(query)))
}
