import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { createKeyring, defineAccess, sealer } from '@keywright/core'
import { kyselyWebhookStore } from '@keywright/kysely'
import { deliverer, makeWebhookSecret, webhooks } from '@keywright/webhooks'
import { hasher } from '../test/performance/keyring.js'
import { type KeyDatabase, mariadb, postgres, sqlite } from './databases.js'

// 10 000 queued events to 20 endpoints, each of a key of its own that may read one board: how long until all have arrived, beside the
// same messages signed and sent without queue, rights or log. The receiver is another process of this machine.
const queued = 10_000
const endpoints = 20
const atOnce = 64

if (process.send === undefined) await measure()
else await receive()

/** Answers 204, and tells the parent of each hundredth request. */
async function receive(): Promise<void> {
  let count = 0
  const server = createServer((request, response) => {
    request.resume().once('end', () => {
      response.writeHead(204).end()
      count += 1
      if (count % 100 === 0) process.send?.(count)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  process.send?.((server.address() as AddressInfo).port) // it listens on TCP
  process.once('disconnect', () => process.exit())
}

async function measure(): Promise<void> {
  for (const open of [sqlite, () => postgres('keywright_bench_hooks'), () => mariadb('keywright_bench_hooks')]) {
    const database = await open()
    if (database === null) continue
    try {
      const bare = await rate(sendBare)
      const ours = await rate((url) => sendQueued(database, url))
      const ratio = (ours / bare).toFixed(2)
      console.log(
        `${database.name}: ${Math.round(ours)} events/s, ${ratio} of ${Math.round(bare)} sent without a queue`,
      )
    } finally {
      await database.close()
    }
  }
}

/** How many messages a second arrive. */
async function rate(prepare: (url: string) => Promise<() => Promise<() => Promise<void>>>): Promise<number> {
  const receiver = fork(fileURLToPath(import.meta.url), { execArgv: process.execArgv })
  const [port] = await once(receiver, 'message')
  const begin = await prepare(`http://127.0.0.1:${port}/hook`)
  const arrived = new Promise<void>((resolve) => {
    receiver.on('message', (count) => {
      if (count === queued) resolve()
    })
  })
  const began = performance.now()
  const end = await begin()
  await arrived
  const seconds = (performance.now() - began) / 1_000
  await end()
  receiver.disconnect()
  return queued / seconds
}

async function sendBare(url: string): Promise<() => Promise<() => Promise<void>>> {
  const sender = deliverer({ allowLoopback: true })
  const secret = makeWebhookSecret()
  let sent = 0
  const send = async (): Promise<void> => {
    while (sent < queued) {
      sent += 1
      const message = { id: `evt_${sent}`, body: JSON.stringify({ type: 'board.updated', data: { id: sent } }) }
      await sender.deliver({ url, message, secrets: [secret], at: new Date() })
    }
  }
  return async () => {
    const sending = Array.from({ length: atOnce }, send)
    return async () => {
      await Promise.all(sending)
      await sender.close()
    }
  }
}

async function sendQueued({ db, store }: KeyDatabase, url: string): Promise<() => Promise<() => Promise<void>>> {
  const access = defineAccess({
    scopes: { 'boards.read': 'Read a board' },
    resources: { board: { levels: { read: ['boards.read'] } } },
  })
  const keyring = createKeyring({
    ...{ prefix: 'tb', access, store, hasher },
    resolveOwner: async () => ({
      scopes: ['*'],
      levelsOf: (_type, ids) => Object.fromEntries(ids.map((id) => [id, 'read'])),
    }),
  })
  const hooks = webhooks(keyring, {
    store: kyselyWebhookStore(db),
    sealer: sealer({ current: 'w1', keys: { w1: new Uint8Array(32).fill(7) } }),
    events: { 'board.updated': { description: 'A board was changed', scope: 'boards.read' } },
    delivery: { allowLoopback: true },
    concurrency: atOnce,
    onEvent: (event) => {
      if (event.type === 'webhook.failed' || event.type === 'webhooks.unavailable') console.error(event)
    },
  })
  for (let n = 0; n < endpoints; n += 1) {
    const board = { mode: 'specific', levels: { [`b${n}`]: 'read' } } as const
    const owner = { type: 'organization', id: `org${n}` } as const
    const { key } = await keyring.create({ name: 'hook', owner, resources: { board } })
    await hooks.create({ keyId: key.id, url })
  }
  for (let n = 0; n < queued; n += 1) {
    const at = n % endpoints
    const resource = { type: 'board', id: `b${at}` }
    await hooks.publish({ type: 'board.updated', organizationId: `org${at}`, resource, data: { id: n } })
  }
  return async () => {
    hooks.start()
    return async () => {
      await hooks.close()
      await keyring.close()
    }
  }
}
