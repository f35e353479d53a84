import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrateToLatest } from '@keywright/kysely'
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { dropTables, newPrefix } from '../../packages/kysely/test/drop-tables.js'
import { type HookPlace, type OpenHooks, openHooks } from './child-webhooks.js'
import { child } from './children.js'
import { servers } from './servers.js'

const folder = await mkdtemp(join(tmpdir(), 'keywright-hooks-'))
afterAll(() => rm(folder, { recursive: true }))

const places: readonly Pick<HookPlace, 'name' | 'url'>[] = [
  ...servers.map(({ name, url }) => ({ name, url })),
  { name: 'SQLite', url: join(folder, 'hooks.sqlite') },
]

const waitFor = { timeout: 60_000, interval: 50 }

/** A receiver on this machine. */
async function receive(answer: (id: string, path: string, response: ServerResponse) => void) {
  const server = createServer((request, response) => {
    request.resume().once('end', () => answer(String(request.headers['webhook-id']), request.url ?? '', response))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo // it listens on TCP
  return (path: string) => `http://127.0.0.1:${port}${path}`
}

/** A key and an endpoint for each board. */
async function attach({ keyring, hooks }: OpenHooks, urls: readonly string[]): Promise<void> {
  for (const [index, url] of urls.entries()) {
    const board = { mode: 'specific', levels: { [`b${index}`]: 'read' } } as const
    const owner = { type: 'organization', id: 'acme' } as const
    const { key } = await keyring.create({ name: 'hook', owner, resources: { board } })
    await hooks.create({ keyId: key.id, url })
  }
}

async function publish({ hooks }: OpenHooks, boards: number, count: number): Promise<readonly string[]> {
  const ids: string[] = []
  for (let at = 0; at < count; at += 20) {
    const some = Array.from({ length: Math.min(20, count - at) }, (_, index) => {
      const resource = { type: 'board', id: `b${(at + index) % boards}` }
      return hooks.publish({ type: 'board.updated', organizationId: 'acme', resource })
    })
    ids.push(...(await Promise.all(some)).map(({ eventId }) => eventId))
  }
  return ids
}

describe.each(places)('webhooks on $name', (server) => {
  async function place(options: Omit<HookPlace, 'name' | 'url' | 'tablePrefix'> = {}) {
    const order: HookPlace = { ...server, tablePrefix: newPrefix(), ...options }
    const opened = openHooks(order)
    await migrateToLatest(opened.db, { tablePrefix: order.tablePrefix })
    onTestFinished(async () => {
      await opened.hooks.close()
      await opened.keyring.close()
      await dropTables(opened.db, order.tablePrefix)
      await opened.db.destroy()
    })
    const start = async () => {
      const started = child('send-webhooks.ts', order)
      await once(started.process, 'message')
      return started
    }
    return { ...opened, start }
  }

  it('are sent once each by two processes, 1,000 events to 20 endpoints', async () => {
    const world = await place()
    const got = new Map<string, number>()
    const url = await receive((id, _, response) => {
      got.set(id, (got.get(id) ?? 0) + 1)
      response.writeHead(204).end()
    })
    await attach(
      world,
      Array.from({ length: 20 }, () => url('/hook')),
    )
    const workers = [await world.start(), await world.start()]
    const ids = await publish(world, 20, 1_000)
    await vi.waitFor(() => expect(got.size).toBe(1_000), waitFor)
    await vi.waitFor(async () => expect((await world.hooks.status()).waiting).toBe(0), waitFor)
    expect([...got.keys()].sort()).toEqual([...ids].sort())
    expect(new Set(got.values())).toEqual(new Set([1]))
    const counts = await Promise.all(
      workers.map(async ({ process }) => {
        process.send('end')
        const [{ delivered }] = await once(process, 'message')
        return Number(delivered)
      }),
    )
    expect(counts.reduce((sum, count) => sum + count)).toBe(1_000)
    expect(Math.min(...counts)).toBeGreaterThan(0)
  })

  it('are sent again, with the same id, when the worker is killed after it sent them (FI-22, HOOK-8)', async () => {
    const world = await place({ leaseMs: 3_000, timeoutMs: 2_000 })
    const got: string[] = []
    const url = await receive((id, _, response) => {
      got.push(id)
      if (got.length > 1) response.writeHead(204).end()
    })
    await attach(world, [url('/hook')])
    const killed = await world.start()
    const [id] = await publish(world, 1, 1)
    await vi.waitFor(() => expect(got).toEqual([id]), waitFor)
    killed.process.kill('SIGKILL')
    await killed.ended
    await world.start()
    await vi.waitFor(() => expect(got).toEqual([id, id]), waitFor)
    await vi.waitFor(async () => expect((await world.hooks.status()).waiting).toBe(0), waitFor)
  })

  it('reach 49 endpoints while the fiftieth hangs (HOOK-12)', async () => {
    const world = await place()
    let arrived = 0
    const hanging = new Set<ServerResponse>()
    const url = await receive((_, path, response) => {
      if (path === '/hangs') hanging.add(response)
      else {
        arrived += 1
        response.writeHead(204).end()
      }
    })
    await attach(
      world,
      Array.from({ length: 50 }, (_, index) => url(index === 25 ? '/hangs' : '/hook')),
    )
    world.hooks.start()
    await publish(world, 50, 1_000)
    await vi.waitFor(() => expect(arrived).toBe(980), waitFor)
    // They are there while its first four attempts still hang.
    expect(hanging.size).toBe(4)
    expect([...hanging].some(({ destroyed }) => destroyed)).toBe(false)
    for (const response of hanging) response.writeHead(500).end()
  })
})
