import { toCurl } from '@keywright/example-host-stub'
import { clientConfig } from '@keywright/mcp/client-config'
import { start } from './start.js'

const { origin, attempts } = await start(Number(process.env.PORT ?? 3000))
const [file] = clientConfig('claude-code', { name: 'tracker', url: `${origin}/mcp?projectId=compass` }).files
console.log(`Work Tracker: ${origin}/ (you are Lia of North; /sign-in/rui is of South)
The login is a stub that takes your word. Keys are in memory, and end with Ctrl+C.

${toCurl(origin, attempts)}

${file?.path} for Claude Code, which can be committed, because the key is in a variable:
${file?.text}
export TRACKER_API_KEY='${attempts[0]?.[3].reveal()}'
`)
