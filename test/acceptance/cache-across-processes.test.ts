import { fork } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { migrateToLatest } from '@keywright/kysely'
import { describe, expect, it, onTestFinished } from 'vitest'
import { dropTables } from '../../packages/kysely/test/drop-tables.js'
import { testsEverything, unlessEverything } from '../support/everything.js'
import { openCachedProduct, type ProductOptions, postgresUrl, redisUrl } from './support/cached-product.js'

interface Answer {
  readonly code: string
  readonly reads: number
  readonly isCaching: boolean
}

/** Starts one more process of the product, and gives what asks it of a token. */
function startProcess(options: ProductOptions): (token: string) => Promise<Answer> {
  const script = join(import.meta.dirname, 'support/verifying-process.ts')
  const execArgv = ['--conditions=@keywright/source', '--import', import.meta.resolve('tsx')]
  const child = fork(script, [JSON.stringify(options)], { execArgv })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return async (token) => {
    child.send(token)
    const [answer] = await once(child, 'message')
    return answer
  }
}

/** A key of a product with tables of its own, verified and cached by another process. */
async function make(bus: ProductOptions['bus'], ttlMs: number) {
  const options = { bus, name: `kw${crypto.randomUUID().slice(0, 8)}`, ttlMs }
  const tablePrefix = `${options.name}_`
  const product = openCachedProduct(options)
  await migrateToLatest(product.db, { tablePrefix })
  onTestFinished(async () => {
    await dropTables(product.db, tablePrefix)
    await product.close()
  })
  const ask = startProcess(options)
  const owner = { type: 'organization', id: 'org1' } as const
  const create = async () => {
    const { key, token } = await product.keyring.create({ name: 'ci', owner })
    return { id: key.id, token: token.reveal() }
  }
  const first = await create()
  await expect.poll(async () => (await ask(first.token)).isCaching).toBe(true)
  return { ...product, ask, create, ...first }
}

const isThere = await answers([postgresUrl, redisUrl])

const busses = unlessEverything(
  ['Redis', 'PostgreSQL'] as const,
  (bus) => bus === 'Redis',
  (bus) => `two processes that cache keys and share a bus over ${bus}`,
)
describe.skipIf(!isThere).each(busses)('two processes that cache keys and share a bus over %s', (bus) => {
  it('agree on a changed key as soon as the message arrives, without a read before (CONS-3)', async () => {
    const { keyring, ask, id, token } = await make(bus, 5_000)
    await ask(token)
    const { code, reads } = await ask(token)
    expect([code, (await ask(token)).reads]).toEqual(['ok', reads])

    const told = { timeout: 4_500, interval: 5 } // sooner than the entry ends
    await keyring.disable(id)
    await expect.poll(async () => (await ask(token)).code, told).toBe('api_key_disabled')
    await keyring.enable(id)
    await expect.poll(async () => (await ask(token)).code, told).toBe('ok')
    await keyring.revoke(id)
    await expect.poll(async () => (await ask(token)).code, told).toBe('api_key_revoked')
  }, 120_000)

  it("agree within the cache's time when messages are lost, and at once on a new key (CONS-3, CONS-6)", async () => {
    const { store, ask, create, id, token } = await make(bus, 1_000)
    expect((await ask(token)).code).toBe('ok')
    // Past the keyring: nothing is published.
    await store.change(id, { quota: null, decide: () => ({ write: { status: 'disabled' }, audit: [] }) })
    const changedAt = performance.now()
    const askedAt: number[] = []
    for (;;) {
      askedAt.push(performance.now())
      if ((await ask(token)).code !== 'ok') break
    }
    // The last that was let through: asked before its time was over.
    expect((askedAt.at(-2) ?? 0) - changedAt).toBeLessThan(1_000)
    expect((await ask((await create()).token)).code).toBe('ok')
  }, 120_000)
})

it.skipIf(!isThere && !testsEverything)('PostgreSQL and Redis are running', () => {
  expect(isThere, `Nothing answers at ${postgresUrl} or ${redisUrl}`).toBe(true)
})

async function answers(urls: readonly string[]): Promise<boolean> {
  const standardPorts: Record<string, number> = { 'postgres:': 5_432, 'redis:': 6_379 }
  const found = urls.map(async (text) => {
    const { hostname, port, protocol } = new URL(text)
    const socket = connect(Number(port) || (standardPorts[protocol] ?? 0), hostname)
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    return isOpen
  })
  return (await Promise.all(found)).every(Boolean)
}
