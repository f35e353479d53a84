import { type Client, inProject, ofUser } from './client.js'
import type { Setup } from './setup.js'
import { shellLine } from './shell.js'

export const codex: Client = {
  title: 'Codex',
  key: 'environment',
  write(setup) {
    const { name, env, server } = setup
    // A name is of the characters that TOML lets stand without quotes.
    const text = [`[mcp_servers.${name}]`, ...toLines(setup)].map((line) => `${line}\n`).join('')
    const add = ['codex', 'mcp', 'add', name]
    return {
      files: [ofUser('~/.codex/config.toml'), inProject('.codex/config.toml')].map((place) => ({
        ...place,
        language: 'toml',
        text,
      })),
      // For stdio the command only takes the key itself.
      ...(server.type === 'http' && {
        command: shellLine([...add, '--url', server.url, '--bearer-token-env-var', env]),
      }),
      notes: ['A file in a project is read once the project is trusted.'],
    }
  },
}

function toLines({ env, token, server }: Setup): string[] {
  if (server.type === 'http') {
    return [
      `url = ${quote(server.url)}`,
      // `headers` would be ignored without a word, and `bearer_token` is refused.
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

/** JSON is a basic string of TOML, but for DEL and halves of surrogate pairs, which no setup contains. */
function quote(text: string): string {
  return JSON.stringify(text)
}
