import { type Client, inProject, ofUser } from './client.js'
import type { Setup } from './setup.js'

/** The product is called Continue, but `continue` is a reserved word. */
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
        `Continue reads ${env} from its secrets: in its hub, or in the files .env, .continue/.env and ~/.continue/.env.`,
        ...(server.type === 'http'
          ? ['Some versions reportedly do not send these headers. The server then answers 401.']
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

/** A JSON string is a YAML string. Without quotes, a name such as `no` or `null` would be another type. */
function quote(text: string): string {
  return JSON.stringify(text)
}
