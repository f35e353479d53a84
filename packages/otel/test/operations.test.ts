import { testOwners } from '@keywright/testkit'
import { SpanStatusCode } from '@opentelemetry/api'
import { describe, expect, it } from 'vitest'
import type { Point } from './collector.js'
import { openWorld } from './world.js'

const input = { name: 'ci', owner: testOwners.user, scopes: ['members.read'] } as const

/** The series that have counted something. All others stand at zero since the start. */
const happened = (points: readonly Point[]) => points.filter(({ value }) => value > 0)

describe('operations', () => {
  it('are measured by name, and by the code of their error', async () => {
    const { keyring, telemetry } = openWorld()
    const { key } = await keyring.create(input)
    await keyring.list()
    await keyring.revoke(key.id)
    await expect(keyring.enable(key.id)).rejects.toMatchObject({ code: 'invalid_state' })
    await expect(keyring.create({ ...input, name: '' })).rejects.toMatchObject({ code: 'invalid_input' })
    const of = (operation: string, error?: string) => ({
      attributes: { 'keywright.operation': operation, ...(error === undefined ? {} : { 'error.type': error }) },
      value: 1,
    })
    expect(await telemetry.points('keywright.operation.duration')).toEqual([
      of('create'),
      of('list'),
      of('revoke'),
      of('enable', 'invalid_state'),
      of('create', 'invalid_input'),
    ])
  })

  it('have a span each, which names the key, and no error that the host made', async () => {
    const { keyring, telemetry } = openWorld({
      resolveOwner: () => {
        throw new TypeError('password of the database: hunter2')
      },
    })
    const { key } = await keyring.create(input)
    await keyring.get(key.id)
    await expect(keyring.get('tk_live_x')).rejects.toMatchObject({ code: 'invalid_input' })
    await expect(keyring.update('a1B2c3D4e5F6', { name: 'x' })).rejects.toMatchObject({ code: 'key_not_found' })
    await expect(keyring.create(input, { actor: { type: 'user', id: 'u1' } })).rejects.toThrow('hunter2')
    await keyring.revoke(key.id)
    await expect(keyring.enable(key.id)).rejects.toMatchObject({ code: 'invalid_state' })
    const spans = telemetry.spans().map(({ name, attributes, status }) => [name, attributes, status])
    const failed = { code: SpanStatusCode.ERROR }
    expect(spans).toEqual([
      ['keywright.create', { 'keywright.key.id': key.id }, { code: SpanStatusCode.UNSET }],
      ['keywright.get', { 'keywright.key.id': key.id }, { code: SpanStatusCode.UNSET }],
      ['keywright.get', { 'error.type': 'invalid_input' }, failed],
      ['keywright.update', { 'error.type': 'key_not_found' }, failed],
      ['keywright.create', { 'error.type': '_OTHER' }, failed],
      ['keywright.revoke', { 'keywright.key.id': key.id }, { code: SpanStatusCode.UNSET }],
      ['keywright.enable', { 'error.type': 'invalid_state', 'keywright.key.id': key.id }, failed],
    ])
  })
})

describe('changes of keys', () => {
  it('are counted as the audit log has them: a call that changes nothing is none', async () => {
    const { keyring, plain, telemetry } = openWorld()
    const { key } = await keyring.create(input)
    await keyring.rotate(key.id)
    await keyring.disable(key.id)
    await keyring.disable(key.id)
    await plain.enable(key.id) // past the instrumented one: it is a change all the same
    await keyring.update(key.id, { name: 'renamed', scopes: [] })
    await keyring.revoke(key.id)
    await keyring.revoke(key.id)
    const { records } = await keyring.audit.list({ organizationId: 'org1' })
    const points = happened(await telemetry.points('keywright.key.changes'))
    expect(points.map(({ attributes }) => attributes['keywright.change']).sort()).toEqual(
      records.map(({ type }) => type).sort(),
    )
    expect(points.every(({ value }) => value === 1)).toBe(true)
    expect(points.length).toBeGreaterThan(6)
  })
})

describe('outages', () => {
  it('are counted when they begin, and are open until they end', async () => {
    const { ask, issue, breakStore, mendStore, telemetry } = openWorld()
    const { token } = await issue()
    const headers = { authorization: `Bearer ${token}` }
    breakStore()
    for (let request = 0; request < 3; request += 1) expect(await ask(headers)).toBe(503)
    const attributes = { 'keywright.reason': 'store' }
    expect(happened(await telemetry.points('keywright.outages'))).toEqual([{ attributes, value: 1 }])
    expect(await telemetry.points('keywright.outage.open')).toEqual([{ attributes, value: 1 }])
    mendStore()
    await expect.poll(() => ask(headers)).toBe(200)
    await expect.poll(() => telemetry.points('keywright.outage.open')).toEqual([{ attributes, value: 0 }])
    expect(happened(await telemetry.points('keywright.outages'))).toEqual([{ attributes, value: 1 }])
  })

  it('are open no more once the keyring is closed, also those that it was closed in', async () => {
    const { ask, issue, keyring, breakStore, telemetry } = openWorld()
    const { token } = await issue()
    breakStore()
    expect(await ask({ authorization: `Bearer ${token}` })).toBe(503)
    const attributes = { 'keywright.reason': 'store' }
    expect(await telemetry.points('keywright.outage.open')).toEqual([{ attributes, value: 1 }])
    await keyring.close().catch(() => {}) // it may lack the uses that the store did not take
    expect(await telemetry.points('keywright.outage.open')).toEqual([{ attributes, value: 0 }])
    expect(await ask({ authorization: `Bearer ${token}` })).toBe(503)
    expect(await telemetry.points('keywright.outage.open')).toEqual([{ attributes, value: 0 }])
  })
})

describe('events', () => {
  it('are counted by type, and the host hears them as before', async () => {
    const { keyring, issue, ask, events, telemetry } = openWorld()
    const { id, token } = await issue()
    await keyring.revoke(id)
    await keyring.verify(token)
    await ask({}, `https://api.example.com/?key=${token}`)
    const counted = happened(await telemetry.points('keywright.events')).map(({ attributes, value }) => [
      attributes['keywright.event'],
      value,
    ])
    expect(counted).toEqual([
      ['api_key.verify_failed', 2],
      ['api_key.used_after_revocation', 1],
      ['api_key.exposed_in_url', 1],
    ])
    expect(events).toHaveLength(4)
  })

  it('have a series from the start, as changes and outages have: the first one is an increase, too', async () => {
    const { telemetry } = openWorld()
    for (const [metric, attribute, value] of [
      ['keywright.events', 'keywright.event', 'api_key.exposed_in_url'],
      ['keywright.events', 'keywright.event', 'api_key.used_after_revocation'],
      ['keywright.key.changes', 'keywright.change', 'api_key.revoked'],
      ['keywright.outages', 'keywright.reason', 'store'],
    ] as const) {
      const points = await telemetry.points(metric)
      expect(points).toContainEqual({ attributes: { [attribute]: value }, value: 0 })
      expect(happened(points)).toEqual([])
    }
  })
})
