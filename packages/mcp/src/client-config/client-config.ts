import { InvalidInput } from '@keywright/core'
import type { Client } from './client.js'
import { type ClientId, clientIds } from './client-ids.js'
import { codex } from './codex.js'
import { continueDev } from './continue.js'
import { claudeDesktop, jetBrains } from './mcp-remote.js'
import { claudeCode, cline, cursor, geminiCli, generic, windsurf, zed } from './mcp-servers.js'
import type { ClientConfigOptions } from './options.js'
import { isPlainHttp } from './read-url.js'
import type { ClientConfig, ConfigFile } from './result.js'
import { readSetup, type Setup } from './setup.js'
import { vsCode } from './vs-code.js'

const clients: Readonly<Record<ClientId, Client>> = {
  'claude-code': claudeCode,
  'claude-desktop': claudeDesktop,
  cursor,
  'vs-code': vsCode,
  windsurf,
  zed,
  codex,
  'gemini-cli': geminiCli,
  cline,
  continue: continueDev,
  jetbrains: jetBrains,
  generic,
}

/**
 * The configuration with which an MCP client connects to a server: the text, the files it belongs in, and what the user has to
 * do. In place of the key stands an environment variable or a prompt, in that client's own syntax. Every value is escaped, so
 * that the client reads exactly what the options say.
 *
 * @param client - One of {@link clientIds}.
 * @throws {@link InvalidInput} when `client` or an option is wrong, or an option is unknown. The error names the field.
 *
 * @example
 * ```ts
 * const { files, notes } = clientConfig('claude-code', {
 *   name: 'almirant',
 *   url: 'https://api.almirant.ai/mcp?projectId=prj_1',
 * })
 * files[0]?.path // .mcp.json
 * files[0]?.text // { "mcpServers": { "almirant": { … "Authorization": "Bearer ${ALMIRANT_API_KEY}" … } } }
 * ```
 */
export function clientConfig<const Id extends ClientId>(client: Id, options: ClientConfigOptions): ClientConfig<Id> {
  if (!clientIds.includes(client)) throw new InvalidInput('client', `one of ${clientIds.join(', ')}`)
  const setup = readSetup(options)
  const { title, key, write } = clients[client]
  const { files, command, link, notes = [] } = write(setup)
  const warnings = warningsOf(setup)
  if (setup.token !== null) {
    return {
      client,
      title,
      key: 'literal',
      files: uncommitted(files),
      notes,
      warnings: [
        'The key itself is in this text. Anyone who reads it can act as its owner: keep it out of repositories, chats and screenshots.',
        ...warnings,
      ],
    }
  }
  return {
    client,
    title,
    key,
    files,
    ...(command !== undefined && { command }),
    ...(link !== undefined && { link }),
    notes: [keyNote[key](title, setup.env), ...notes],
    warnings,
  }
}

const keyNote: Readonly<Record<Client['key'], (title: string, env: string) => string>> = {
  environment: (title, env) =>
    `Set ${env} in the environment in which ${title} is started, then restart it. A program that is opened by a click does not see the variables of a shell.`,
  prompt: (title) => `${title} asks for the key when it first needs it, and stores it safely.`,
  paste: (title, env) =>
    `Replace <${env}> by the key: ${title} does not read variables there. The file then contains the key: do not commit it.`,
}

/** A key that is written out must not go into a file that is usually committed. */
function uncommitted(files: readonly ConfigFile[]): readonly ConfigFile[] {
  return files.filter(({ scope }) => scope === 'user')
}

function warningsOf({ server }: Setup): string[] {
  return server.type === 'http' && isPlainHttp(server.url)
    ? ['The URL is not https: anyone on the network path can read the key.']
    : []
}
