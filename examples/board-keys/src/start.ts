import { randomBytes } from 'node:crypto'
import { getRequestListener } from '@hono/node-server'
import { createKeyring, hmacSha256, type Keyring, sealer } from '@keywright/core'
import { type Attempt, openHost } from '@keywright/example-host-stub'
import { receiverStub } from '@keywright/example-host-stub/receiver'
import { sqliteStore } from '@keywright/kysely/sqlite'
import { memoryWebhookStore, webhooks } from '@keywright/webhooks'
import { access } from './access.js'
import { createApp } from './app.js'
import { type Boards, seedBoards } from './boards.js'
import { settings } from './settings.js'

/** A board product that is being served. */
export interface Example {
  readonly origin: string
  readonly keyring: Keyring<typeof access>
  readonly boards: Boards
  /** What the webhook of the key "CI pipeline" heard. */
  readonly heard: readonly string[]
  readonly attempts: readonly Attempt[]
  close(): Promise<void>
}

/** Serves the boards, with a few keys and a webhook. All of it is in memory, and ends with the process. */
export async function start(port: number): Promise<Example> {
  const boards = seedBoards()
  const store = await sqliteStore(':memory:')
  // Secrets are random, as the keys do not outlive the process. A product reads its own from a secret store.
  const keyring = createKeyring({
    prefix: 'kb',
    access,
    store,
    hasher: hmacSha256({ current: 'p1', peppers: { p1: randomBytes(32) } }),
    // Tokens are kept sealed, so that people can look at theirs again.
    reveal: sealer({ current: 's1', keys: { s1: randomBytes(32) } }),
    rateLimits: { default: { limit: 60, windowMs: 60_000 } },
    resolveOwner: (owner) => (owner.type === 'user' ? boards.authorityOf(owner.id, owner.organizationId) : null),
  })
  const hooks = webhooks(keyring, {
    store: memoryWebhookStore(store),
    sealer: sealer({ current: 'w1', keys: { w1: randomBytes(32) } }),
    events: { 'task.created': { description: 'A task was added to a board', scope: 'tasks.read' } },
    // The receiver is on this machine, and somebody is watching.
    delivery: { allowLoopback: true },
    pollMs: 100,
  })
  hooks.start()
  const host = await openHost(port)
  const receiver = receiverStub()
  const app = createApp(keyring, boards, async (board, title) => {
    const resource = { type: 'board', id: board }
    await hooks.publish({ type: 'task.created', organizationId: 'acme', resource, data: { title } })
  })
  app.route('/', settings(keyring, hooks, boards, host.origin)).post('/received', ({ req }) => receiver.fetch(req.raw))
  host.serve(getRequestListener(app.fetch))

  const owner = { type: 'user', id: 'mia', organizationId: 'acme' } as const
  const byMia = { actor: { type: 'user', id: 'mia' } } as const
  const all = await keyring.create(
    { name: 'Claude on my laptop', owner, resources: { board: { mode: 'all', level: 'edit' } } },
    byMia,
  )
  const ci = await keyring.create(
    {
      ...{ name: 'CI pipeline', owner, rateLimits: [{ limit: 3, windowMs: 60_000 }] },
      resources: { board: { mode: 'specific', levels: { roadmap: 'edit', bugs: 'read' } } },
    },
    byMia,
  )
  const lost = await keyring.create(
    { name: 'Old laptop', owner, resources: { board: { mode: 'all', level: 'read' } } },
    byMia,
  )
  await keyring.revoke(lost.key.id, { reason: 'Left in a taxi' }, byMia)
  const { secret } = await hooks.create(
    { keyId: ci.key.id, url: `${host.origin}/received`, description: 'Tells the team' },
    byMia,
  )
  receiver.learn(secret.reveal())

  const at = '/api/ext/v1/boards'
  const json = { title: 'Book a room' }
  const attempts: Attempt[] = [
    [200, 'all boards of Mia, each with her level', `GET ${at}`, all.token],
    [201, 'Mia edits the roadmap', `POST ${at}/roadmap/tasks`, all.token, json],
    [403, 'she only reads the bugs', `POST ${at}/bugs/tasks`, all.token, json],
    [200, 'the key for two boards', `GET ${at}/bugs/tasks`, ci.token],
    [403, 'not one of its boards', `GET ${at}/hiring/tasks`, ci.token],
    [200, 'the third request in a minute', `GET ${at}`, ci.token],
    [429, 'the fourth: see Retry-After', `GET ${at}`, ci.token],
    [401, 'a revoked key', `GET ${at}`, lost.token],
  ]
  return {
    ...{ origin: host.origin, keyring, boards, heard: receiver.heard, attempts },
    close: async () => {
      await hooks.close()
      host.close()
      await keyring.close()
    },
  }
}
