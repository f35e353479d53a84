import { adapterOf } from '@keywright/core/adapter'
import { testOwners, wrongSecret } from '@keywright/testkit'
import { context, SpanStatusCode, trace } from '@opentelemetry/api'
import { describe, expect, it } from 'vitest'
import { openWorld } from './world.js'

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const ok = { 'keywright.outcome': 'ok' }
const refused = (code: string, reason?: string) => ({
  'keywright.outcome': code,
  ...(reason === undefined ? {} : { 'keywright.reason': reason }),
})

describe('the counter of verifications', () => {
  it('counts each call of verify by its outcome, and says why it was refused', async () => {
    const { keyring, issue, telemetry } = openWorld()
    const { id, token } = await issue()
    await keyring.verify(token)
    await keyring.verify(token)
    await keyring.verify(wrongSecret(token))
    await keyring.verify(token, { scopes: ['billing.read'] })
    await keyring.verify('no key')
    await keyring.disable(id)
    await keyring.verify(token)
    expect(await telemetry.points('keywright.verifications')).toEqual([
      { attributes: ok, value: 2 },
      { attributes: refused('api_key_invalid', 'secret'), value: 1 },
      { attributes: refused('insufficient_scope'), value: 1 },
      { attributes: refused('api_key_invalid', 'prefix'), value: 1 },
      { attributes: refused('api_key_disabled'), value: 1 },
    ])
  })

  it('counts each request with a key at a guard, also if its key was not looked up', async () => {
    const { ask, issue, telemetry } = openWorld()
    const { token } = await issue()
    expect(await ask(bearer(token))).toBe(200)
    expect(await ask(bearer(wrongSecret(token)))).toBe(401)
    expect(await ask(bearer(`${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`))).toBe(401)
    expect(await ask({ ...bearer(token), 'x-api-key': token })).toBe(400)
    expect(await ask({}, `https://api.example.com/members?key=${token}`)).toBe(400)
    expect(await ask(bearer(token), 'http://api.example.com/members')).toBe(403)
    expect(await telemetry.points('keywright.verifications')).toEqual([
      { attributes: ok, value: 1 },
      { attributes: refused('api_key_invalid', 'secret'), value: 1 },
      { attributes: refused('api_key_invalid', 'checksum'), value: 1 },
      { attributes: refused('api_key_malformed', 'multiple_methods'), value: 1 },
      { attributes: refused('api_key_malformed', 'key_in_url'), value: 1 },
      { attributes: refused('api_key_sent_in_clear', 'in_clear'), value: 1 },
    ])
  })

  it('counts no request without a key at a guard, and no call with wrong arguments', async () => {
    const { ask, keyring, telemetry } = openWorld()
    expect(await ask({})).toBe(401)
    await expect(keyring.verify('x', { cost: -1 })).rejects.toMatchObject({ code: 'invalid_input' })
    expect(await telemetry.points('keywright.verifications')).toEqual([])
  })

  it('has no more series for many keys than for one', async () => {
    const { ask, issue, telemetry } = openWorld()
    for (let count = 0; count < 20; count += 1) {
      const { token } = await issue()
      await ask(bearer(token))
      await ask(bearer(wrongSecret(token)))
    }
    const values = (await telemetry.points('keywright.verifications')).map(({ value }) => value)
    expect(values).toEqual([20, 20])
  })
})

describe('the histogram of verifications', () => {
  it('has each verification in seconds, in buckets from a tenth of a millisecond to five seconds', async () => {
    const { ask, keyring, issue, telemetry } = openWorld()
    const { token } = await issue()
    const begunAt = performance.now()
    await keyring.verify(token)
    await ask(bearer(token))
    const elapsedSeconds = (performance.now() - begunAt) / 1_000
    await ask({ ...bearer(token), 'x-api-key': token }) // refused before it was looked up: it took no time
    const duration = (await telemetry.metrics()).find(
      ({ descriptor }) => descriptor.name === 'keywright.verification.duration',
    )
    expect(duration?.descriptor.unit).toBe('s')
    const points = duration?.dataPoints as readonly { attributes: object; value: Histogram }[] // its kind of metric
    expect(points.map(({ attributes, value }) => [attributes, value.count])).toEqual([[ok, 2]])
    const { boundaries = [] } = points[0]?.value.buckets ?? {}
    expect([boundaries.at(0), boundaries.at(-1)]).toEqual([0.0001, 5])
    expect(points[0]?.value.sum).toBeGreaterThan(0)
    expect(points[0]?.value.sum).toBeLessThanOrEqual(elapsedSeconds)
  })
})

interface Histogram {
  readonly count: number
  readonly sum?: number
  readonly buckets: { readonly boundaries: readonly number[] }
}

describe('the span of a verification', () => {
  it('is below the span of the request, says which key it was, and is above what the store does', async () => {
    const { telemetry, plain, store } = openWorld()
    const { key, token } = await plain.create({ name: 'ci', owner: testOwners.user, scopes: ['members.read'] })
    const traced = openWorld({
      store: {
        ...store,
        find: (id) => {
          telemetry.tracer.startSpan('select').end()
          return store.find(id)
        },
      },
    })
    const request = telemetry.tracer.startSpan('GET /members')
    await context.with(trace.setSpan(context.active(), request), async () => {
      expect(await traced.ask(bearer(token.reveal()))).toBe(200)
    })
    const [verify] = traced.telemetry.spans()
    expect(verify).toMatchObject({
      name: 'keywright.verify',
      attributes: { ...ok, 'keywright.key.id': key.id, 'keywright.organization.id': 'org1' },
      status: { code: SpanStatusCode.UNSET },
      parentSpanContext: { spanId: request.spanContext().spanId },
    })
    const select = telemetry.spans().find(({ name }) => name === 'select')
    expect(select?.parentSpanContext?.spanId).toBe(verify?.spanContext().spanId)
  })

  it('is an error only where the request could not be answered, and says nothing of the host’s error', async () => {
    const { ask, issue, telemetry, breakStore } = openWorld()
    const { id, token } = await issue()
    const before = telemetry.spans().length
    await ask(bearer(wrongSecret(token)))
    breakStore()
    await ask(bearer(token))
    const [wrong, unavailable] = telemetry.spans().slice(before)
    expect(wrong).toMatchObject({
      attributes: { ...refused('api_key_invalid', 'secret'), 'keywright.key.id': id },
      status: { code: SpanStatusCode.UNSET },
    })
    expect(unavailable?.attributes).toEqual({
      ...refused('auth_unavailable', 'store'),
      'error.type': 'auth_unavailable',
    })
    expect(unavailable?.status).toEqual({ code: SpanStatusCode.ERROR })
    expect(unavailable?.events).toEqual([])
  })
})

describe('an instrumented keyring', () => {
  it('answers a guard at once where the plain one does', async () => {
    const { keyring, plain, issue } = openWorld()
    const { token } = await issue()
    await keyring.verify(token) // the pepper is compared once
    const [, , id = null] = token.split('_')
    const needs = {
      scopes: [],
      anyOf: null,
      resource: null,
      ip: null,
      proof: null,
      cost: 1,
      countUsage: true,
      request: null,
      requestId: () => null,
    }
    const [one, other] = [plain, keyring].map((of) =>
      adapterOf(of).verify({ namespace: 'tk_live', id, token }, needs, 1_000),
    )
    expect(one).not.toBeInstanceOf(Promise)
    expect(other).not.toBeInstanceOf(Promise)
    expect(other).toMatchObject({ ok: true })
  })
})
