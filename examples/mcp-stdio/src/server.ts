import { openKeyring, tools } from '@keywright/example-mcp-projects'
import { kyselyStore } from '@keywright/kysely'
import { createMcpAuth, scoped } from '@keywright/mcp'
import { McpServer } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { openDatabase } from './database.js'

const { KEYS_FILE = '', PEPPER = '', PROJECT = '' } = process.env
const auth = createMcpAuth(openKeyring(kyselyStore(openDatabase(KEYS_FILE)), PEPPER))

// Without a good key, the process ends here with one line on stderr.
const local = await auth.stdio({ env: 'PROJECTS_API_KEY', narrow: { project: [PROJECT] } })

serveStdio(() => {
  const server = local.protect(new McpServer({ name: 'projects', version: '1.0.0' }))
  for (const { name, description, inputSchema, access, run } of tools) {
    server.registerTool(
      name,
      { description, inputSchema },
      scoped(access, (input, ctx) => ({
        content: [{ type: 'text', text: run(input, local.principal(ctx).owner.id) }],
      })),
    )
  }
  return server
})
