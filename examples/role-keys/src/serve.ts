import { toCurl } from '@keywright/example-host-stub'
import { clientConfig } from '@keywright/mcp/client-config'
import { start } from './start.js'

const port = Number(process.env.PORT ?? 3000)
const { origin, attempts } = await start(port, port === 0 ? 0 : port + 1)
const url = `${origin}/mcp`
const { command } = clientConfig('claude-code', { name: 'plans', url })
console.log(`Merchandise Plans: ${origin}/ (you are Jane, an admin; /sign-in/jon is a planner, who may not manage keys)
The login is a stub that takes your word. Keys are in memory, and end with Ctrl+C.

${toCurl(origin, attempts)}

The same key in an MCP client, here Claude Code:
export PLANS_API_KEY='${attempts[0]?.[3].reveal()}'
${command}

A person has no key. Their client opens the login in a browser; sign in there as jon, with any password:
claude mcp add --transport http plans-as-me ${url}
`)
