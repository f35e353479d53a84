import { type Client, inProject, ofUser } from './client.js'
import type { Setup } from './setup.js'

/** Named for the product; `continue` cannot be a name. */
export const continueDev: Client = {
  title: 'Continue',
  key: 'environment',
  write(setup) {
    const { name, env, server } = setup
    const servers = toLines(setup)
    const block = [`name: ${quote(name)}`, 'version: 0.0.1', 'schema: v1', ...servers]
    return {
      files: [
        { ...inProject(`.continue/mcpServers/${name}.yaml`), language: 'yaml', text: join(block) },
        { ...ofUser('~/.continue/config.yaml'), language: 'yaml', text: join(servers) },
      ],
      notes: [
        `Continue looks for ${env} among its secrets: in its hub, or in the files .env, .continue/.env and ~/.continue/.env.`,
        ...(server.type === 'http'
          ? ['Some versions are reported not to send these headers: then the server answers 401.']
          : []),
      ],
    }
  },
}

function toLines({ name, env, token, server }: Setup): string[] {
  const key = token ?? `\${{ secrets.${env} }}`
  const entry =
    server.type === 'http'
      ? [
          'type: streamable-http',
          `url: ${quote(server.url)}`,
          'requestOptions:',
          '  headers:',
          `    Authorization: ${quote(`Bearer ${key}`)}`,
        ]
      : [
          'type: stdio',
          `command: ${quote(server.command)}`,
          `args: [${server.args.map(quote).join(', ')}]`,
          'env:',
          `  ${quote(env)}: ${quote(key)}`,
        ]
  return ['mcpServers:', `  - name: ${quote(name)}`, ...entry.map((line) => `    ${line}`)]
}

function join(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('')
}

/** JSON is YAML; without the quotes, a name such as `no` or `null` would not be a text. */
function quote(text: string): string {
  return JSON.stringify(text)
}
