import type * as ClientConfigs from '@keywright/mcp/client-config'
import type { ClientConfig, ClientConfigOptions } from '@keywright/mcp/client-config'
import { command } from '../arguments/index.js'
import { needed } from '../host/index.js'
import { answer, answerJson, exitCode, usageFailure } from '../terminal/index.js'

/** `keywright mcp config` */
export const mcpConfig = command({
  name: 'mcp config',
  summary: 'Print what MCP clients need to connect to a server: one client, or all.',
  details: 'In place of the key stands an environment variable or a prompt. Needs the package @keywright/mcp.',
  takes: [{ name: 'client', summary: 'Such as claude-code, cursor or vs-code. Default: all.', required: false }],
  options: {
    name: { type: 'text', value: 'name', summary: 'What clients call the server.' },
    url: { type: 'text', value: 'url', summary: 'The address of a server that is reached over HTTP.' },
    command: { type: 'text', value: 'program', summary: 'The program of a server that the client starts.' },
    args: { type: 'text', value: 'words', summary: 'Its arguments, with spaces between them.' },
    env: { type: 'text', value: 'variable', summary: 'The variable that holds the key. Default: made of the name.' },
  },
  examples: [
    'mcp config claude-code --name acme --url https://api.acme.example/mcp',
    'mcp config --name acme --command npx --args="-y @acme/mcp" --json',
  ],
  run: async (given, io, [client]) => {
    const { name, env } = given
    if (name === undefined) throw usageFailure('--name is missing: what clients call the server.')
    const options: ClientConfigOptions = { name, env, ...serverOf(given) }
    const { clientConfig, clientIds } = await needed<typeof ClientConfigs>(io.modules, '@keywright/mcp/client-config')
    const asked = client === undefined ? clientIds : clientIds.filter((id) => id === client)
    if (asked.length === 0) throw usageFailure(`client must be one of ${clientIds.join(', ')}.`)
    const configs = asked.map((id) => clientConfig(id, options))
    if (given.json) await answerJson(io, { configs })
    else await answer(io, configs.map(textOf).join('\n'))
    return exitCode.ok
  },
})

function serverOf({ url, command: program, args }: Record<'url' | 'command' | 'args', string | undefined>) {
  if ((url === undefined) === (program === undefined))
    throw usageFailure('Give --url or --command: where the server is.')
  if (url === undefined) return { command: program ?? '', args: args?.split(' ').filter((word) => word !== '') }
  if (args !== undefined) throw usageFailure('--args goes with --command.')
  return { url }
}

function textOf({ title, files, command: line, link, notes, warnings }: ClientConfig): string {
  const [first] = files
  const places = files.map(({ path }) => path).join(', or ')
  return [
    `# ${title}${places === '' ? '' : `: ${places}`}`,
    ...(first === undefined ? [] : [first.text.trimEnd()]),
    ...(line === undefined ? [] : [`# Or run: ${line}`]),
    ...(link === undefined ? [] : [`# Or open: ${link}`]),
    ...[...notes, ...warnings].map((text) => `# ${text}`),
    '',
  ].join('\n')
}
