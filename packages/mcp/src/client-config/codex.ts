import { type Client, inProject, ofUser } from './client.js'
import type { Setup } from './setup.js'
import { shellLine } from './shell.js'

export const codex: Client = {
  title: 'Codex',
  key: 'environment',
  write(setup) {
    const { name, env, server } = setup
    // TOML needs no quotes for the characters of a name.
    const text = [`[mcp_servers.${name}]`, ...toLines(setup)].map((line) => `${line}\n`).join('')
    const add = ['codex', 'mcp', 'add', name]
    return {
      files: [ofUser('~/.codex/config.toml'), inProject('.codex/config.toml')].map((place) => ({
        ...place,
        language: 'toml',
        text,
      })),
      // For stdio, the command would need the key itself.
      ...(server.type === 'http' && {
        command: shellLine([...add, '--url', server.url, '--bearer-token-env-var', env]),
      }),
      notes: ['Codex reads a file in a project only after you trust the project.'],
    }
  },
}

function toLines({ env, token, server }: Setup): string[] {
  if (server.type === 'http') {
    return [
      `url = ${quote(server.url)}`,
      // Codex ignores `headers` silently, and refuses `bearer_token`.
      token === null
        ? `bearer_token_env_var = ${quote(env)}`
        : `http_headers = { Authorization = ${quote(`Bearer ${token}`)} }`,
    ]
  }
  return [
    `command = ${quote(server.command)}`,
    `args = [${server.args.map(quote).join(', ')}]`,
    token === null ? `env_vars = [${quote(env)}]` : `env = { ${env} = ${quote(token)} }`,
  ]
}

/** A JSON string is a TOML string, except for DEL and lone surrogates. No setup contains those. */
function quote(text: string): string {
  return JSON.stringify(text)
}
