import { type Client, inProject, jsonFiles, ofUser } from './client.js'
import { vsCodeLink } from './install-link.js'
import type { Setup } from './setup.js'

export const vsCode: Client = {
  title: 'VS Code',
  key: 'prompt',
  write(setup) {
    const { name, token } = setup
    const id = `${name}-api-key`
    const inputs = [{ type: 'promptString', id, description: `API key of ${name}`, password: true }]
    const entry = toEntry(setup, token ?? `\${input:${id}}`)
    const places = [inProject('.vscode/mcp.json'), ofUser('mcp.json, opened by "MCP: Open User Configuration"')]
    return {
      files: jsonFiles(places, { ...(token === null && { inputs }), servers: { [name]: entry } }),
      link: vsCodeLink({ name, inputs, ...entry }),
      notes: ['If VS Code offers to register a client or to sign in, the server has refused the key.'],
    }
  },
}

function toEntry({ server, env }: Setup, key: string): object {
  return server.type === 'http'
    ? { type: 'http', url: server.url, headers: { Authorization: `Bearer ${key}` } }
    : { type: 'stdio', command: server.command, args: server.args, env: { [env]: key } }
}
