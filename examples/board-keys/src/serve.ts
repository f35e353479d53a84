import { toCurl } from '@keywright/example-host-stub'
import { clientConfig } from '@keywright/mcp/client-config'
import { start } from './start.js'

const { origin, attempts } = await start(Number(process.env.PORT ?? 3000))
console.log(`Boards: ${origin}/ (you are Mia, who edits one board and reads another; /sign-in/ada edits all three)
The login is a stub that takes your word. Keys are in memory, and end with Ctrl+C.

${toCurl(origin, attempts)}

The same key in an MCP client, here Claude Code:
export BOARDS_API_KEY='${attempts[0]?.[3].reveal()}'
${clientConfig('claude-code', { name: 'boards', url: `${origin}/mcp` }).command}
`)
