import { randomBytes } from 'node:crypto'
import { createKeyring, hmacSha256, type Keyring } from '@keywright/core'
import { type Attempt, openHost } from '@keywright/example-host-stub'
import { sqliteStore } from '@keywright/kysely/sqlite'
import express from 'express'
import { access } from './access.js'
import { createApi, serveMcp } from './app.js'
import { settings } from './settings.js'
import { seedTracker, type Tracker } from './tracker.js'

/** A tracker that is being served. */
export interface Example {
  readonly origin: string
  readonly keyring: Keyring<typeof access>
  readonly tracker: Tracker
  readonly attempts: readonly Attempt[]
  close(): Promise<void>
}

/** Serves the tracker, with a few keys. All of it is in memory, and ends with the process. */
export async function start(port: number): Promise<Example> {
  const tracker = seedTracker()
  const keyring = createKeyring({
    prefix: 'trk',
    access,
    store: await sqliteStore(':memory:'),
    // Random, as the keys do not outlive the process. A product reads its pepper from a secret store.
    hasher: hmacSha256({ current: 'p1', peppers: { p1: randomBytes(32) } }),
    // Asked on each request: a key never does more than the person who made it may do now.
    resolveOwner: (owner) => (owner.type === 'user' ? tracker.authorityOf(owner.id, owner.organizationId) : null),
  })
  const host = await openHost(port)
  const app = express()
  app.use(settings(keyring, tracker, host.origin))
  app.use('/api', createApi(keyring, tracker))
  app.all('/mcp', serveMcp(keyring, tracker))
  host.serve(app)

  const create = (name: string, id: 'lia' | 'rui', organizationId: string, project: string, level: 'view' | 'work') =>
    keyring.create(
      {
        ...{ name, owner: { type: 'user', id, organizationId }, scopes: ['projects.read'] },
        resources: { project: { mode: 'specific', levels: { [project]: level } } },
      },
      { actor: { type: 'user', id } },
    )
  const laptop = await create('Claude Code, work laptop', 'lia', 'north', 'compass', 'work')
  const bot = await create('Internal bot', 'rui', 'south', 'albatross', 'work')
  const old = await create('GitHub Actions', 'lia', 'north', 'sextant', 'view')
  await create('CI/CD pipeline', 'lia', 'north', 'compass', 'view')
  await keyring.revoke(old.key.id, { reason: 'Moved to another runner' }, { actor: { type: 'user', id: 'lia' } })
  const attempts: Attempt[] = [
    [200, 'user and organization are those of the key', 'GET /api/projects', laptop.token],
    [200, 'a key of another organization sees the projects of that one', 'GET /api/projects', bot.token],
    [200, 'the project that the key was given', 'GET /api/projects/compass/work-items', laptop.token],
    [403, 'a project that it was not given', 'GET /api/projects/sextant/work-items', laptop.token],
    [401, 'a revoked key', 'GET /api/projects', old.token],
  ]
  return {
    ...{ origin: host.origin, keyring, tracker, attempts },
    close: async () => {
      host.close()
      await keyring.close()
    },
  }
}
