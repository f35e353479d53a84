import type { DeliveryClaim, DeliveryOutcome } from '@keywright/core/store'
import type { CompiledQuery } from 'kysely'
import { describe, expect, it } from 'vitest'
import { kyselyWebhookStore } from '../src/index.js'
import { input, owner } from './keyring-over.js'
import { keyringOnFile } from './sqlite-file.js'
import { eventOf, insertEndpoint, leaseMs, send } from './webhook-world.js'

const { organizationId } = owner

/** Stores over a file, and the statements that SQLite gets between the beginning and the end of a transaction. */
async function watched() {
  let statements: CompiledQuery[] = []
  const host = await keyringOnFile({ log: ({ query }) => statements.push(query) })
  const webhooks = kyselyWebhookStore(host.db)
  await webhooks.findEndpoint('nobody') // looks at the schema
  await host.keyring.create(input)
  const during = async (work: () => Promise<unknown>): Promise<readonly string[]> => {
    statements = []
    await work()
    return statements.map(({ sql }) => sql.replaceAll('"', '')).filter((sql) => !/^(begin|commit)/.test(sql))
  }
  const claim = (limit = 100) =>
    webhooks.claimDeliveries({ worker: 'w1', limit, perEndpoint: 1_000, perOrganization: 1_000, taken: [], leaseMs })
  return { ...host, webhooks, during, claim }
}

const verbs = (statements: readonly string[]): string[] =>
  statements.map((sql) => `${/^\w+/.exec(sql)?.[0]} ${/api_key\w+/.exec(sql)?.[0]}`)

describe('a change of a key', () => {
  it('sends no statement about webhooks in an organization without them, and one more with them', async () => {
    const { keyring, webhooks, during } = await watched()
    const without = await during(() => keyring.create(input))
    expect(without.filter((sql) => /api_key_(webhooks|events|deliveries)/.test(sql))).toEqual([])
    await insertEndpoint(webhooks, organizationId)
    const within = await during(() => keyring.create(input))
    const more = within.filter((sql) => /api_key_(webhooks|events|deliveries)/.test(sql))
    expect(verbs(more)).toEqual(['insert api_key_events'])
    expect(within).toHaveLength(without.length + 1)
  })
})

describe('webhooks', () => {
  it('publish up to 100 events with one statement', async () => {
    const { webhooks, during } = await watched()
    const events = Array.from({ length: 100 }, () => eventOf(organizationId))
    expect(verbs(await during(() => webhooks.publish(events)))).toEqual(['insert api_key_events'])
    expect(await during(() => webhooks.publish([]))).toEqual([])
  })

  it('look for work with one statement, when there is none', async () => {
    const { webhooks, during, claim } = await watched()
    const events = () => webhooks.claimEvents({ worker: 'w1', limit: 100, leaseMs })
    expect(verbs(await during(events))).toEqual(['select api_key_events'])
    expect(verbs(await during(claim))).toEqual(['select api_key_deliveries'])
  })

  it('claim, queue and settle 100 at a time with as many statements as one', async () => {
    const { webhooks, during, claim } = await watched()
    const to = await insertEndpoint(webhooks, organizationId)
    for (const many of [1, 100]) {
      await webhooks.publish(Array.from({ length: many }, () => eventOf(organizationId)))
      const events: string[] = []
      const claimedEvents = await during(async () => {
        const claimed = await webhooks.claimEvents({ worker: 'w1', limit: 100, leaseMs })
        events.push(...claimed.map(({ id }) => id))
      })
      expect(verbs(claimedEvents)).toEqual(['select api_key_events', 'update api_key_events', 'select api_key_events'])
      expect(events).toHaveLength(many)
      const routes = events.map((eventId) => ({ eventId, endpointIds: [to.id] }))
      expect(verbs(await during(() => webhooks.queue('w1', routes)))).toEqual([
        'update api_key_events',
        'select api_key_events',
        'update api_key_events',
        'select api_key_webhooks',
        'select api_key_deliveries',
        'insert api_key_deliveries',
      ])

      const outcomes: DeliveryOutcome[] = []
      const claimed = await during(async () => {
        for (const { delivery } of await claim()) {
          const attempt = { at: new Date(), status: 200, error: null, latencyMs: 1, text: 'ok' }
          const { id, endpointId } = delivery
          outcomes.push({ id, endpointId, status: 'delivered', reason: null, attempt, counts: true, nextInMs: null })
        }
      })
      expect(verbs(claimed)).toEqual([
        'select api_key_deliveries',
        'update api_key_deliveries',
        'select api_key_deliveries',
        'select api_key_webhooks',
      ])
      expect(outcomes).toHaveLength(many)
      expect(verbs(await during(() => webhooks.settle('w1', outcomes)))).toEqual([
        'update api_key_deliveries',
        'select api_key_deliveries',
        'insert api_key_deliveries',
        'update api_key_webhooks',
      ])
    }
  })

  it('look again, without them, when endpoints with much that is due fill a page', async () => {
    const { webhooks, during } = await watched()
    const busy = await insertEndpoint(webhooks, organizationId)
    await send(webhooks, busy, 50)
    const claim = (more: Pick<DeliveryClaim, 'perEndpoint' | 'perOrganization' | 'taken'>) =>
      webhooks.claimDeliveries({ worker: 'w1', limit: 10, leaseMs, ...more })
    for (const most of [
      { perEndpoint: 2, perOrganization: 100 },
      { perEndpoint: 100, perOrganization: 2 },
    ]) {
      const sent = await during(() => claim({ ...most, taken: [] }))
      expect(sent.filter((sql) => /^select id, endpoint_id/.test(sql))).toHaveLength(2)
      expect(verbs(await during(() => claim({ ...most, taken: [busy, busy] })))).toEqual(['select api_key_deliveries'])
    }
  })

  it('delete an endpoint under the lock of its organization, and its deliveries afterwards, what waits first', async () => {
    const { webhooks, raw, during } = await watched()
    const to = await insertEndpoint(webhooks, organizationId)
    await send(webhooks, to, 1_200)
    raw.exec("update api_key_deliveries set status = 'delivered', next_at = null where rowid % 2 = 0")
    const decide = () => ({ write: 'delete', audit: [] }) as const
    const sent = verbs(await during(() => webhooks.changeEndpoint(to.id, { decide })))
    expect(sent.slice(0, sent.indexOf('delete api_key_webhooks')).join()).not.toContain('deliveries')
    const [find, remove] = ['select api_key_deliveries', 'delete api_key_deliveries']
    // 600 that wait, and 600 that do not: 500 and 100 of each.
    expect(sent.slice(sent.indexOf('delete api_key_webhooks') + 1)).toEqual(Array(4).fill([find, remove]).flat())
    expect(raw.prepare('select id from api_key_deliveries').all()).toEqual([])
  })
})

describe('webhooks, all or nothing', () => {
  /** Makes the database refuse to write one delivery. */
  const refuse = (raw: { exec(sql: string): unknown }, id: string) => {
    for (const verb of ['insert', 'update']) {
      raw.exec(`create trigger refuse_${verb} before ${verb} on api_key_deliveries when new.id = '${id}'
        begin select raise(abort, 'refused'); end`)
    }
  }

  it('queue', async () => {
    const { webhooks, raw, claim } = await watched()
    const to = await insertEndpoint(webhooks, organizationId)
    const events = Array.from({ length: 600 }, () => eventOf(organizationId))
    await webhooks.publish(events)
    await webhooks.claimEvents({ worker: 'w1', limit: 1_000, leaseMs })
    const last = events
      .map(({ id }) => id)
      .toSorted()
      .at(-1)
    refuse(raw, `${last}.${to.id}`)
    const routes = events.map(({ id }) => ({ eventId: id, endpointIds: [to.id] }))
    await expect(webhooks.queue('w1', routes)).rejects.toThrow('refused')
    expect(await claim()).toEqual([])
    expect((await webhooks.status({ since: new Date(0) })).events).toBe(600)
    raw.exec('drop trigger refuse_insert')
    raw.exec('drop trigger refuse_update')
    await webhooks.queue('w1', routes)
    expect((await webhooks.status({ since: new Date(0) })).pending).toBe(600)
  })

  it('settle', async () => {
    const { webhooks, raw, claim } = await watched()
    const to = await insertEndpoint(webhooks, organizationId)
    await send(webhooks, to, 150)
    const claimed = await claim(150)
    const ids = claimed.map(({ delivery }) => delivery.id).toSorted()
    refuse(raw, ids.at(-1) ?? '')
    const attempt = { at: new Date(), status: 500, error: 'status', latencyMs: 1, text: '' }
    const outcomes = ids.map((id) => {
      return { id, endpointId: to.id, status: 'failed', reason: null, attempt, counts: true, nextInMs: null } as const
    })
    await expect(webhooks.settle('w1', outcomes)).rejects.toThrow('refused')
    expect((await webhooks.findDelivery(ids[0] ?? ''))?.status).toBe('pending')
    expect((await webhooks.findEndpoint(to.id))?.record.failingSince).toBeNull()
  })
})
