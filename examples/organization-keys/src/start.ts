import { randomBytes } from 'node:crypto'
import { createKeyring, hmacSha256, type Keyring } from '@keywright/core'
import { type Attempt, openHost } from '@keywright/example-host-stub'
import { sqliteStore } from '@keywright/kysely/sqlite'
import express from 'express'
import { access } from './access.js'
import { createApi } from './app.js'
import { plans, seedPeople, seedPlans } from './people.js'
import { settings } from './settings.js'

/** A console that is being served. */
export interface Example {
  readonly origin: string
  readonly keyring: Keyring<typeof access>
  readonly plans: Map<string, keyof typeof plans>
  readonly attempts: readonly Attempt[]
  close(): Promise<void>
}

/** Serves the console, its API and its sandbox, with a few keys. All of it is in memory, and ends with the process. */
export async function start(port: number): Promise<Example> {
  const [people, bought] = [seedPeople(), seedPlans()]
  const store = await sqliteStore(':memory:')
  // Random, as the keys do not outlive the process. A product reads its pepper from a secret store.
  const hasher = hmacSha256({ current: 'p1', peppers: { p1: randomBytes(32) } })
  const deployedAs = (environment: 'live' | 'test') =>
    createKeyring({
      ...{ prefix: 'gw', environment, environments: ['live', 'test'], access, store, hasher },
      resolveOwner: (owner) => {
        // A key of an organization is capped by its grants alone: the person who gave them had them all. Of one that is not a
        // customer any more, no key does anything.
        if (owner.type === 'organization') return bought.has(owner.id) ? { scopes: [...access.scopes.keys()] } : null
        const person = people.get(owner.id)
        return person?.organizationId === owner.organizationId ? { scopes: person.scopes } : null
      },
      plans,
      resolvePlan: (organizationId) => bought.get(organizationId) ?? 'free',
    })
  const [live, test] = [deployedAs('live'), deployedAs('test')]
  const host = await openHost(port)
  const app = express()
  app.use(settings(live, people, host.origin))
  app.use('/api', createApi(live))
  // The sandbox would be a deployment of its own: same database, other environment.
  app.use('/sandbox', createApi(test))
  host.serve(app)

  const owner = { type: 'organization', id: 'acme' } as const
  const byAda = { actor: { type: 'user', id: 'ada' } } as const
  const byBo = { actor: { type: 'user', id: 'bo' } } as const
  const reader = await live.create({ name: 'Reporting', owner, preset: 'read-only' }, byAda)
  const staging = await live.create({ name: 'staging-gateway', owner, preset: 'workspace', environment: 'test' }, byAda)
  const ci = await live.create(
    { name: 'ci-pipeline', owner: { type: 'user', id: 'bo', organizationId: 'acme' }, scopes: ['policies.read'] },
    byBo,
  )
  await live.create({ name: 'Member sync', owner, preset: 'organization' }, byAda)
  await live.disable(ci.key.id, { reason: 'The pipeline is being rebuilt' }, byBo)
  const attempts: Attempt[] = [
    [200, 'a key says what it is', 'GET /api/self', reader.token],
    [200, 'the preset read-only reads', 'GET /api/members', reader.token],
    [403, 'and does nothing else', 'POST /api/policies', reader.token],
    [201, 'a key of the sandbox, in the sandbox', 'POST /sandbox/policies', staging.token],
    [401, 'and nowhere else', 'GET /api/policies', staging.token],
    [401, 'a disabled key', 'GET /api/policies', ci.token],
  ]
  return {
    ...{ origin: host.origin, keyring: live, plans: bought, attempts },
    close: async () => {
      host.close()
      await Promise.all([live.close(), test.close()])
    },
  }
}
