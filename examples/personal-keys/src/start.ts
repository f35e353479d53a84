import { randomBytes } from 'node:crypto'
import { createKeyring, hmacSha256, type Keyring } from '@keywright/core'
import { type Attempt, openHost } from '@keywright/example-host-stub'
import { sqliteStore } from '@keywright/kysely/sqlite'
import { access } from './access.js'
import { createApp } from './app.js'
import { type Member, seedPeople } from './people.js'
import { createPlanner } from './planner.js'
import { settings } from './settings.js'

/** A planner that is being served. */
export interface Example {
  readonly origin: string
  readonly keyring: Keyring<typeof access>
  readonly people: Map<string, Member>
  readonly attempts: readonly Attempt[]
  close(): Promise<void>
}

/** Serves the planner, with a few keys. All of it is in memory, and ends with the process. */
export async function start(port: number): Promise<Example> {
  const people = seedPeople()
  const keyring = createKeyring({
    prefix: 'plan',
    access,
    store: await sqliteStore(':memory:'),
    // Random, as the keys do not outlive the process. A product reads its pepper from a secret store.
    hasher: hmacSha256({ current: 'p1', peppers: { p1: randomBytes(32) } }),
    // Asked on each request: a key does what its person may do now, and nothing once they have left the organization.
    resolveOwner: (owner) => {
      if (owner.type === 'organization') return null
      const person = people.get(owner.id)
      return person?.organizationId === owner.organizationId ? { roles: [person.role] } : null
    },
  })
  const host = await openHost(port)
  const app = await createApp(keyring, createPlanner())
  await app.register(settings(keyring, people, host.origin))
  await app.ready()
  host.serve((request, response) => app.routing(request, response))

  const create = (name: string, id: string) =>
    keyring.create(
      { name, owner: { type: 'user', id, organizationId: 'acme' }, scopes: ['*'] },
      { actor: { type: 'user', id } },
    )
  const laptop = await create('Claude on my laptop', 'mia')
  const old = await create('Old CI pipeline', 'mia')
  const guest = await create('Wall display', 'gus')
  await create('Cursor', 'mia')
  await keyring.revoke(old.key.id, { reason: 'Moved to a new runner' }, { actor: { type: 'user', id: 'mia' } })
  const attempts: Attempt[] = [
    [201, 'Mia adds a task', 'POST /api/tasks', laptop.token, { title: 'Book a room' }],
    [200, 'the task says who added it, and with which key', 'GET /api/tasks', laptop.token],
    [403, 'Mia may not give rewards, so no key of hers may', 'POST /api/rewards', laptop.token, { title: 'A day off' }],
    [403, 'Gus is a guest, with a key as full as that of Mia', 'GET /api/sprints', guest.token],
    [401, 'a revoked key', 'GET /api/tasks', old.token],
  ]
  return {
    ...{ origin: host.origin, keyring, people, attempts },
    close: async () => {
      host.close()
      await app.close()
      await keyring.close()
    },
  }
}
