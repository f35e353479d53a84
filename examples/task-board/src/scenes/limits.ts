import { setTimeout as sleep } from 'node:timers/promises'
import { byGus, gus, mia } from '../people.js'
import type { Stage } from '../stage.js'

/** As many keys as the plan allows, and as many requests as the key may send. */
export async function limits({ keyring, visit, attempt }: Stage): Promise<void> {
  const create = async () => (await keyring.create({ name: 'script', owner: gus, preset: 'read-only' }, byGus)).key
  const created = async () => (await create()).status
  const first = await create()
  await attempt('the second key of a free plan', 'keyring.create', 'active', created)
  await attempt('the third', 'keyring.create', 'plan_limit_reached, limit 2, used 2', created)
  await keyring.revoke(first.id, {}, byGus)
  await attempt('after one was revoked', 'keyring.create', 'active', created)

  const rateLimits = [{ limit: 2, windowMs: 1_000 }]
  const { token } = await keyring.create({ name: 'poller', owner: mia, preset: 'read-only', rateLimits })
  await visit('two requests a second', 'GET /boards', '200, RateLimit: "1s";r=1;t=1', { token })
  await visit('the second', 'GET /boards', '200, RateLimit: "1s";r=0;t=1', { token })
  const tooMany = '429 rate_limited, Retry-After: 1, RateLimit: "1s";r=0;t=1'
  await visit('the third', 'GET /boards', tooMany, { token })
  await sleep(1_000)
  await visit('a second later', 'GET /boards', '200, RateLimit: "1s";r=1;t=1', { token })
}
