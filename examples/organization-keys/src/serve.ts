import { toCurl } from '@keywright/example-host-stub'
import { start } from './start.js'

const { origin, attempts } = await start(Number(process.env.PORT ?? 3000))
console.log(`Gateway Console: ${origin}/ (you are Ada, who owns Acme, on the plan Developer)
/sign-in/bo makes keys, and manages his own. /sign-in/cleo has the audit log alone. /sign-in/gus has the plan Free: three keys.
The login is a stub that takes your word. Keys are in memory, and end with Ctrl+C.

${toCurl(origin, attempts)}
`)
