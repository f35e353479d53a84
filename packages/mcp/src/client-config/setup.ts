import { InvalidInput, Secret } from '@keywright/core'
import { checkNames, type NamesOf } from '@keywright/core/adapter'
import type { ClientConfigOptions } from './options.js'
import { readUrl } from './read-url.js'

/** Checked options, safe to write into any of the formats. */
export interface Setup {
  readonly name: string
  readonly env: string
  /** `null`: write a placeholder. */
  readonly token: string | null
  readonly server: HttpServer | StdioServer
}

/** A server behind a URL, in ASCII, without anything that a client or a shell expands. */
export interface HttpServer {
  readonly type: 'http'
  readonly url: string
}

/** A server that the client starts. */
export interface StdioServer {
  readonly type: 'stdio'
  readonly command: string
  readonly args: readonly string[]
}

const optionNames: NamesOf<ClientConfigOptions> = {
  name: true,
  env: true,
  token: true,
  url: true,
  command: true,
  args: true,
}

/** @throws {@link InvalidInput} when an option is wrong or unknown. The error names it. */
export function readSetup(options: ClientConfigOptions): Setup {
  checkNames(options, optionNames, { Invalid: InvalidInput })
  const { name, env = defaultEnv(name) } = options
  if (!isText(name, /^[A-Za-z][A-Za-z0-9_-]{0,63}$/)) {
    throw new InvalidInput('name', 'a letter, then at most 63 letters, digits, _ and -')
  }
  if (!isText(env, /^[A-Za-z_][A-Za-z0-9_]{0,127}$/)) {
    throw new InvalidInput('env', 'a variable name: letters, digits and _, not starting with a digit')
  }
  const server = readServer(options)
  const token = readToken(options.token)
  if (token !== null && server.type === 'http' && server.url.includes(token)) {
    throw new InvalidInput('url', 'a URL without the key. The key is sent in a header.')
  }
  if (
    token !== null &&
    server.type === 'stdio' &&
    [server.command, ...server.args].some((arg) => arg.includes(token))
  ) {
    throw new InvalidInput('args', 'arguments without the key. The key is passed in the environment.')
  }
  return { name, env, token, server }
}

function defaultEnv(name: string): string {
  return `${String(name).toUpperCase().replaceAll('-', '_')}_API_KEY`
}

function readServer({ url, command, args = [] }: ClientConfigOptions): HttpServer | StdioServer {
  if ((url === undefined) === (command === undefined)) {
    throw new InvalidInput('url', 'either url or command, but not both')
  }
  if (url !== undefined) return { type: 'http', url: readUrl(url) }
  if (!isWord(command) || command.trim() === '') throw new InvalidInput('command', `a program to run, ${expectedWord}`)
  if (!Array.isArray(args) || args.length > 100) throw new InvalidInput('args', 'an array of at most 100 strings')
  const wrong = args.findIndex((arg) => !isWord(arg))
  if (wrong !== -1) throw new InvalidInput(`args[${wrong}]`, expectedWord)
  return { type: 'stdio', command, args: [...args] }
}

const expectedWord = 'at most 1000 characters, without $ and invisible characters'

/** Clients expand what starts with `$`. Invisible characters make a pasted text look like something else. */
function isWord(value: unknown): value is string {
  return isText(value, /^[^$\p{C}\p{Zl}\p{Zp}]{0,1000}$/u)
}

/** The characters of a bearer token (RFC 6750). None has a meaning in JSON, TOML, YAML or a shell. */
function readToken(token: Secret | undefined): string | null {
  if (token === undefined) return null
  const text = token instanceof Secret ? token.reveal() : undefined
  if (!isText(text, /^[A-Za-z0-9._~+/-]{1,4096}={0,2}$/)) {
    throw new InvalidInput('token', 'a Secret that contains a key. For a placeholder, leave it out.')
  }
  return text
}

function isText(value: unknown, form: RegExp): value is string {
  return typeof value === 'string' && form.test(value)
}
