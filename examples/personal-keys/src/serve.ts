import { toCurl } from '@keywright/example-host-stub'
import { clientConfig } from '@keywright/mcp/client-config'
import { start } from './start.js'

const { origin, attempts } = await start(Number(process.env.PORT ?? 3000))
console.log(`Team Planner: ${origin}/ (you are Mia, a member; /sign-in/ada is a manager, /sign-in/gus a guest)
The login is a stub that takes your word. Keys are in memory, and end with Ctrl+C.

${toCurl(origin, attempts)}

The same key in an MCP client, here Claude Code:
export PLANNER_API_KEY='${attempts[0]?.[3].reveal()}'
${clientConfig('claude-code', { name: 'planner', url: `${origin}/mcp` }).command}
`)
