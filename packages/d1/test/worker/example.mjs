// The worker of examples/cloudflare. Its tables are made by a request, in place of "wrangler d1 migrations apply".
import { migrateD1 } from '@keywright/d1'
import app from '../../../../examples/cloudflare/src/worker.ts'

export default {
  async fetch(request, env, context) {
    if (new URL(request.url).pathname === '/migrate') return Response.json(await migrateD1(env.DB))
    return app.fetch(request, env, context)
  },
}
