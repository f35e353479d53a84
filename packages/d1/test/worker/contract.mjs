// A worker that runs the contract of stores on D1, and within a Durable Object.
import { DurableObject } from 'cloudflare:workers'
import { d1Store, durableObjectStore, migrateD1, migrateDurableObject } from '@keywright/d1'

// Vitest sets timers as it is loaded: in a request alone.
const run = async (name, store) => {
  const { runContract } = await import('./run-contract.mjs')
  return Response.json(await runContract(name, async () => store))
}

export class Keys extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env)
    ctx.blockConcurrencyWhile(() => migrateDurableObject(ctx.storage))
  }

  fetch() {
    return run('Durable Object', durableObjectStore(this.ctx.storage))
  }
}

export default {
  async fetch(request, env) {
    if (new URL(request.url).pathname === '/durable-object')
      return env.KEYS.get(env.KEYS.idFromName('contract')).fetch(request)
    await migrateD1(env.DB)
    return run('D1', d1Store(env.DB))
  },
}
