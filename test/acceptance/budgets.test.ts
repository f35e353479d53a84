import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrateToLatest } from '@keywright/kysely'
import { describe, expect, it, onTestFinished } from 'vitest'
import { dropTables } from '../../packages/kysely/test/drop-tables.js'
import { openBudgeted } from './support/budgeted-product.js'
import type { ProductDatabase } from './support/product-database.js'
import { isThere, startProcess } from './support/start-process.js'

/** Starts one more process of the product, and gives what asks it a question over a real connection. */
async function startAsking(options: ProductDatabase) {
  const origin = await startProcess('spending-process.ts', options)
  return async (token: string, n: number) => {
    const headers = { Authorization: `Bearer ${token}` }
    const response = await fetch(`${origin}/answers?n=${n}`, { method: 'POST', headers })
    const body = (await response.json()) as { readonly cost: number; readonly code?: string } // as the process answers
    return { status: response.status, headers: response.headers, body }
  }
}

async function make(engine: ProductDatabase['engine']) {
  const folder = await mkdtemp(join(tmpdir(), 'keywright-budgets-'))
  const name = engine === 'SQLite' ? join(folder, 'product.sqlite') : `kw${crypto.randomUUID().slice(0, 8)}`
  const options = { engine, name }
  const { keyring, db, tableOptions } = openBudgeted(options)
  await migrateToLatest(db, tableOptions)
  onTestFinished(async () => {
    if (tableOptions.tablePrefix !== undefined) await dropTables(db, tableOptions.tablePrefix)
    await keyring.close()
    await db.destroy()
    await rm(folder, { recursive: true })
  })
  const processes = await Promise.all(Array.from({ length: 4 }, () => startAsking(options)))
  const addKey = async (organizationId: string, budget: { readonly limit: number } | null) => {
    const owner = { type: 'organization', id: organizationId } as const
    const { key, token } = await keyring.create({ name: 'ci', owner, scopes: ['answers.write'], budget })
    return { id: key.id, token: token.reveal() }
  }
  return { keyring, processes, addKey }
}

for (const engine of ['SQLite', 'PostgreSQL'] as const) {
  describe.skipIf(!(await isThere(engine)))(`B18: budgets, in four processes over ${engine}`, () => {
    it('admit what they have, and not one credit more; an overdraft is not lost', async () => {
      const { keyring, processes, addKey } = await make(engine)
      const { id, token } = await addKey('acme', { limit: 60 })
      const ask = (n: number) => (processes[n % 4] ?? expect.unreachable())(token, n)
      const answers = await Promise.all(Array.from({ length: 60 }, (_, n) => ask(n)))
      const admitted = answers.filter(({ status }) => status === 200)
      const refused = answers.filter(({ status }) => status !== 200)
      const cost = admitted.reduce((sum, { body }) => sum + body.cost, 0)
      const [state] = await keyring.budgets.get({ keyId: id })
      expect(60 - cost).toBe((state?.remaining ?? 0) - (state?.overdraft ?? 0))
      // Whoever is refused found fewer than it asks for; what came back since may be more.
      for (const { status, body } of refused) {
        expect([status, body.code]).toEqual([429, 'budget_exhausted'])
        expect(body).toMatchObject({ exhausted: ['key'], 'refills-at': null })
      }
      expect(refused.length).toBeGreaterThan(0)
      expect(refused[0]?.headers.get('Retry-After')).toBeNull()
      // What is left is spent one after the other, until there is less than a call asks for.
      for (let n = 0; ; n += 4) if ((await ask(n * 5)).status !== 200) break
      expect((await keyring.budgets.get({ keyId: id }))[0]?.remaining).toBeLessThan(3)
    }, 120_000)

    it('of an organization hold for all its keys together, and none of its keys takes without the others', async () => {
      const { keyring, processes, addKey } = await make(engine)
      const keys = [
        await addKey('shared', { limit: 30 }),
        await addKey('shared', null),
        await addKey('shared', { limit: 9 }),
      ]
      const answers = await Promise.all(
        Array.from({ length: 60 }, async (_, n) => {
          const key = keys[n % 3] ?? expect.unreachable()
          // Three credits each: what is reserved is what it costs.
          return { key, ...(await (processes[n % 4] ?? expect.unreachable())(key.token, 2)) }
        }),
      )
      const spent = (id: string) => 3 * answers.filter(({ status, key }) => status === 200 && key.id === id).length
      const [first = '', second = '', third = ''] = keys.map(({ id }) => id)
      expect(spent(first) + spent(second) + spent(third)).toBe(60)
      expect(spent(third)).toBeLessThanOrEqual(9)
      expect(spent(first)).toBeLessThanOrEqual(30)
      const left = async (keyId: string) =>
        (await keyring.budgets.get({ keyId })).map(({ holder, remaining }) => [holder, remaining])
      expect(await left(first)).toEqual([
        ['key', 30 - spent(first)],
        ['organization', 0],
      ])
      expect(await left(second)).toEqual([['organization', 0]])
      expect(await left(third)).toEqual([
        ['key', 9 - spent(third)],
        ['organization', 0],
      ])
    }, 120_000)
  })
}
