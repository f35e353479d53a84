import { type RotationDelivery, sealer } from '@keywright/core'
import { describe, expect, it } from 'vitest'
import { open, type TestOptions } from './setup.js'

const dayMs = 86_400_000
const schedule = { every_ms: 30 * dayMs, grace_ms: dayMs }
const seals = sealer({ current: 'r1', keys: { r1: Buffer.alloc(32, 5) } })

/** A product that delivers new tokens, on a clock of its own. */
function rotating(options: TestOptions = {}) {
  const clock = { at: Date.parse('2030-01-01T00:00:00Z') }
  const delivered: string[] = []
  let isBroken = false
  const deliver = ({ token }: RotationDelivery): void => {
    if (isBroken) throw new Error('the vault is out')
    delivered.push(token.reveal())
  }
  const product = open({ clock: { now: () => new Date(clock.at) }, rotation: { deliver, sealer: seals }, ...options })
  const at = (ms: number): string => new Date(clock.at + ms).toISOString()
  return {
    ...{ ...product, clock, delivered, at },
    breakVault: (is: boolean) => {
      isBroken = is
    },
  }
}

const reads = ['GET /:id/rotation-schedule', undefined, 'api_keys.read'] as const
const changes = [
  ['PUT /:id/rotation-schedule', schedule, 'api_keys.create'],
  ['DELETE /:id/rotation-schedule', undefined, 'api_keys.create'],
] as const
const operations = [reads, ...changes]

describe('the schedule of a key', () => {
  it('is set, read, changed and ended, each change with its record', async () => {
    const { send, create, keyring, org, at } = rotating()
    const { id } = await create()
    const path = `/${id}/rotation-schedule`
    expect((await send(`GET ${path}`)).body).toEqual({ schedule: null })
    const set = await send(`PUT ${path}`, { body: schedule })
    const shown = { ...schedule, next_at: at(30 * dayMs), last_delivered_at: null, pending_since: null, failures: 0 }
    expect([set.status, set.body]).toEqual([200, { schedule: shown }])
    const read = await send(`GET ${path}`)
    expect(read.body).toEqual(set.body)
    const headers = { 'If-None-Match': read.headers.get('etag') ?? '' }
    expect((await send(`GET ${path}`, { headers })).status).toBe(304)
    await send(`PUT ${path}`, { body: schedule })
    await send(`PUT ${path}`, { body: { every_ms: dayMs, grace_ms: 0 } })
    expect([(await send(`DELETE ${path}`)).status, (await send(`DELETE ${path}`)).status]).toEqual([204, 204])
    expect((await send(`GET ${path}`)).body).toEqual({ schedule: null })
    const { records } = await keyring.audit.list({ organizationId: org, type: 'api_key.rotation_scheduled' })
    const [both, daily] = [
      { everyMs: 30 * dayMs, graceMs: dayMs },
      { everyMs: dayMs, graceMs: 0 },
    ]
    expect(records.map(({ actor, data }) => [actor, data])).toEqual([
      [
        { type: 'user', id: 'mia' },
        { before: daily, after: null },
      ],
      [
        { type: 'user', id: 'mia' },
        { before: both, after: daily },
      ],
      [
        { type: 'user', id: 'mia' },
        { before: null, after: both },
      ],
    ])
  })

  it('says when a token was delivered, and since when one waits', async () => {
    const { send, create, keyring, clock, delivered, at, breakVault } = rotating()
    const { id } = await create()
    const path = `/${id}/rotation-schedule`
    await send(`PUT ${path}`, { body: schedule })
    clock.at += 30 * dayMs
    await keyring.runDue()
    expect(delivered).toHaveLength(1)
    const first = { last_delivered_at: at(0), next_at: at(30 * dayMs), pending_since: null, failures: 0 }
    expect((await send(`GET ${path}`)).body.schedule).toMatchObject(first)
    const since = at(30 * dayMs)
    clock.at += 30 * dayMs
    breakVault(true)
    await keyring.runDue()
    const waiting = { last_delivered_at: at(-30 * dayMs), pending_since: since, failures: 1 }
    expect((await send(`GET ${path}`)).body.schedule).toMatchObject(waiting)
    for (const request of [`DELETE ${path}`, `POST /${id}/rotate`]) {
      const body = request.startsWith('POST') ? { body: { grace_ms: 1_000 } } : {}
      expect(await send(request, body)).toMatchObject({
        status: 409,
        body: { code: 'invalid_state', key_status: 'delivery_pending', detail: expect.stringContaining('waits') },
      })
    }
    breakVault(false)
    clock.at += dayMs
    await keyring.runDue()
    expect((await send(`GET ${path}`)).body.schedule).toMatchObject({ last_delivered_at: at(0), pending_since: null })
  })

  it('is changed only as the key that the client has seen, if it says so', async () => {
    const { send, create, keyring } = rotating()
    const { id } = await create()
    const { headers } = await send(`GET /${id}`)
    const seen = { 'If-Match': headers.get('etag') ?? '' }
    const path = `/${id}/rotation-schedule`
    expect((await send(`PUT ${path}`, { body: schedule, headers: seen })).status).toBe(200)
    await keyring.update(id, { name: 'new' })
    for (const [request, body] of [[`PUT ${path}`, { every_ms: dayMs, grace_ms: 0 }], [`DELETE ${path}`]] as const) {
      const answer = await send(request, { body, headers: seen })
      expect([answer.status, answer.body]).toMatchObject([412, { code: 'key_changed', version: 2 }])
    }
    expect(await keyring.rotationOf(id)).toMatchObject({ everyMs: 30 * dayMs })
  })

  it.each<[string, unknown, string]>([
    ['too often', { every_ms: 3_599_999, grace_ms: 0 }, '/every_ms'],
    ['too seldom', { every_ms: 367 * dayMs, grace_ms: 0 }, '/every_ms'],
    ['with a grace that is longer', { every_ms: dayMs, grace_ms: dayMs }, '/grace_ms'],
    ['with a grace of more than a week', { every_ms: 30 * dayMs, grace_ms: 8 * dayMs }, '/grace_ms'],
    ['without a grace', { every_ms: dayMs }, '/grace_ms'],
    ['with a field that it does not have', { ...schedule, next_at: '2030-01-01T00:00:00Z' }, '/next_at'],
  ])('is refused %s, and the field is named', async (_, body, pointer) => {
    const { send, create, keyring } = rotating()
    const { id } = await create()
    const answer = await send(`PUT /${id}/rotation-schedule`, { body })
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_input', errors: [{ pointer }] } })
    expect(await keyring.rotationOf(id)).toBeNull()
  })

  it('of a revoked key is refused', async () => {
    const { send, create } = rotating()
    const { id } = await create()
    await send(`POST /${id}/revoke`)
    const answer = await send(`PUT /${id}/rotation-schedule`, { body: schedule })
    expect(answer).toMatchObject({ status: 409, body: { code: 'invalid_state', key_status: 'revoked' } })
  })
})

describe('who may see and change a schedule', () => {
  it.each(operations)('%s needs the scope as the key itself does, and nothing is done without it', async (...op) => {
    const [request, body, scope] = op
    const product = rotating()
    const { id } = await product.create()
    product.people[product.org] = { ...product.people[product.org], max: [scope], mia: ['members.read'] }
    const before = await product.dump()
    const line = request.replace(':id', id)
    expect(await product.send(line, { body })).toMatchObject({ status: 403, body: { missing: [scope] } })
    // Another member reaches it no more than one that does not exist.
    const nobodys = await product.send(request.replace(':id', 'A'.repeat(12)), { as: 'max', body })
    const others = await product.send(line, { as: 'max', body })
    expect([others.status, others.text]).toEqual([404, nobodys.text])
    expect([await product.dump(), await product.keyring.rotationOf(id)]).toEqual([before, null])
  })

  it('a key may rotate itself alone, by a schedule as well', async () => {
    const { create, send } = rotating({ allowKeyManagement: true, api: { allowKeys: true } })
    const scopes = ['api_keys.read', 'api_keys.create', 'api_keys.manage_all']
    const [robot, other] = [await create('ada', { name: 'robot', scopes }), await create('ada')]
    const as = `key:${robot.id}`
    expect((await send(`PUT /${robot.id}/rotation-schedule`, { as, body: schedule })).status).toBe(200)
    for (const [request, body] of changes) {
      expect((await send(request.replace(':id', other.id), { as, body })).status).toBe(403)
    }
    expect((await send(`GET /${other.id}/rotation-schedule`, { as })).status).toBe(200)
  })
})

describe('a product that delivers no tokens', () => {
  it('has no schedules, says so in its catalog, and answers all else as ever', async () => {
    const { send, create, people, org } = open()
    const { id } = await create()
    expect((await send('GET /catalog')).body.rotation_schedules).toBe(false)
    for (const [request, body] of operations) {
      const answer = await send(request.replace(':id', id), { body })
      expect([answer.status, answer.body.code]).toEqual([404, 'not_found'])
    }
    people[org] = { mia: [] }
    // Whoever may not ask is not told.
    for (const [request, body] of operations) {
      expect((await send(request.replace(':id', id), { body })).status).toBe(403)
    }
  })

  it('is told from one that does by the catalog, which has the bounds', async () => {
    const { body } = await rotating().send('GET /catalog')
    expect(body.rotation_schedules).toBe(true)
    expect(body.limits.rotation_every_ms).toEqual({ minimum: 3_600_000, maximum: 366 * dayMs })
  })
})
