import { managementApi } from '@keywright/api'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judgeBy } from './judge.js'
import { mutants } from './mutants.js'
import { type Make, openProduct, type Product } from './product.js'
import { requestsOf } from './requests.js'

const requests = Number(process.env.KEYWRIGHT_CONTRACT_REQUESTS ?? 5_000)

/** Sends requests until one is answered against the contract. The document is that of the real API: faults may not change it. */
async function run(product: Product, numRuns: number) {
  const { document } = (await openProduct()).api
  const judge = judgeBy(document)
  const statuses = new Map<number, number>()
  // Stand for what there is when the request is sent.
  const [mia, ada] = ['keyOfMia0000', 'keyOfAda0000']
  const webhooks = { [mia]: 'we_hookOfMia', [ada]: 'we_hookOfAda' }
  const events = { [mia]: 'evt_ofMia', [ada]: 'evt_ofAda' }
  const placeholders = [mia, ada, ...Object.values(webhooks), ...Object.values(events)]
  const theirs = [...product.theirs.keys(), ...product.theirs.values()]
  const ids = [mia, ada, mia, ada, ...product.theirs.keys(), 'AAAAAAAAAAAA']
  const arbitrary = requestsOf(document, ids, {
    webhook_id: { ...webhooks, ...Object.fromEntries(product.theirs) },
    event_id: events,
  })
  let count = 0
  let made: readonly string[] = []
  const named = (text: string) =>
    placeholders.reduce((result, placeholder, at) => result.replaceAll(placeholder, made[at] ?? ''), text)
  const details = await fc.check(
    fc.asyncProperty(arbitrary, async (drawn) => {
      if (count % 20 === 0) made = await product.makeKeys()
      count += 1
      const sent = { ...drawn, path: named(drawn.path), body: drawn.body === undefined ? undefined : named(drawn.body) }
      const init = { method: sent.method, headers: sent.headers }
      const request = new Request(
        new URL(sent.path, 'http://app.test'),
        sent.body === undefined ? init : { ...init, body: sent.body },
      )
      const response = await product.api.fetch(request)
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1)
      const faults = await judge(sent, response, theirs)
      if (faults.length > 0) throw new Error(`${sent.method} ${sent.path} ${sent.body ?? ''}: ${faults.join('; ')}`)
    }),
    // The state is left as the requests before made it, so a smaller case may say something else.
    { numRuns, endOnFailure: true, interruptAfterTimeLimit: 240_000, markInterruptAsFailure: false },
  )
  return { details, statuses }
}

describe('the management API, asked as its document says and nearly so', () => {
  it('keeps its contract (HTTP-24)', async () => {
    const product = await openProduct()
    const { details, statuses } = await run(product, requests)
    expect(details.errorInstance ?? null).toBeNull()
    // Not because nothing came through.
    for (const status of [200, 201, 202, 204, 400, 401, 403, 404, 405])
      expect(statuses.get(status) ?? 0, String(status)).toBeGreaterThan(0)
    await product.close()
  }, 300_000)

  it.each(mutants)(
    'does not, if it %s',
    async (_, make: Make, fault) => {
      const product = await openProduct(make)
      const { details, statuses } = await run(product, 8_000)
      expect(details.failed, JSON.stringify([...statuses])).toBe(true)
      expect(String((details.errorInstance as Error | null)?.message)).toMatch(fault)
      await product.close()
    },
    300_000,
  )

  it('is the API that hosts have', async () => {
    expect((await openProduct(managementApi)).api.document).toEqual((await openProduct()).api.document)
  })
})
