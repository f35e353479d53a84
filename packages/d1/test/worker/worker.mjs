// A worker that runs the contract of stores on D1 and within a Durable Object, and what else must hold on D1.
import { DurableObject } from 'cloudflare:workers'
import { d1Store, durableObjectStore, migrateD1, migrateDurableObject } from '@keywright/d1'

// Vitest sets timers as it is loaded: in a request alone.
async function run(define) {
  const { runTests } = await import('./run-tests.mjs')
  return Response.json(await runTests(define))
}

async function runContract(name, store) {
  const { testKeyStore } = await import('@keywright/testkit')
  return run(() => testKeyStore({ name, open: async () => store }))
}

export class Keys extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env)
    ctx.blockConcurrencyWhile(() => migrateDurableObject(ctx.storage))
  }

  fetch() {
    return runContract('Durable Object', durableObjectStore(this.ctx.storage))
  }
}

const suites = {
  '/d1': async ({ DB }) => runContract('D1', d1Store(DB)),
  '/durable-object': async ({ KEYS }, request) => KEYS.get(KEYS.idFromName('contract')).fetch(request),
  '/cases': async (env) => {
    const { defineCases } = await import('./d1-cases.mjs')
    return run(() => defineCases(env))
  },
}

export default {
  async fetch(request, env) {
    await migrateD1(env.DB)
    return suites[new URL(request.url).pathname](env, request)
  },
}
