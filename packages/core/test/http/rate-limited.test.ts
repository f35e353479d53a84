import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { InvalidOptions } from '../../src/errors/input-errors.js'
import { createGate } from '../../src/http/gate.js'
import type { GateOptions } from '../../src/http/gate-options.js'

import { type access, guessAt, openKeyring } from '../support/limits-setup.js'
import { bearer } from '../support/task-keyring.js'

type Options = GateOptions<typeof access>

const burst = { limit: 2, windowMs: 1_000 }
const minute = { limit: 3, windowMs: 60_000 }
const home = '203.0.113.9'

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-01-01T00:00:00Z') })
})
afterEach(() => {
  vi.useRealTimers()
})

/** A keyring with one key, and requests with it through a gate. */
async function open(options: Parameters<typeof openKeyring>[0] = {}, gateOptions: Options = {}) {
  const opened = openKeyring(options)
  const key = await opened.addKey()
  const gate = createGate(opened.keyring, gateOptions)
  const ask = (request: object = {}, token = key.token) => {
    const whole = { ...bearer(token), ...request }
    return gate(whole, whole)
  }
  return { ...opened, ...key, ask }
}

describe('a gate to a rate-limited key (HTTP-12)', () => {
  it('tells what is left with a pass, with a refused scope, and with 429', async () => {
    const limits = { rateLimits: { burst, minute } }
    const { ask } = await open(limits)
    expect(await ask()).toMatchObject({
      ok: true,
      headers: {
        RateLimit: '"burst";r=1;t=1, "minute";r=2;t=60',
        'RateLimit-Policy': '"burst";q=2;w=1, "minute";q=3;w=60',
      },
    })

    const { ask: askToInvite } = await open(limits, { scopes: ['members.invite'] })
    await askToInvite()
    const headers = { RateLimit: '"burst";r=0;t=1, "minute";r=1;t=60' }
    expect(await askToInvite()).toMatchObject({ reply: { status: 403, headers } })
    expect(await askToInvite()).toMatchObject({ reply: { status: 429, headers } })
  })

  it('sends no rate-limit fields for a key without limits', async () => {
    for (const gateOptions of [{}, { scopes: ['members.invite'] }] satisfies Options[]) {
      const verdict = await (await open({}, gateOptions)).ask()
      const headers = verdict.ok ? verdict.headers : verdict.reply.headers
      expect(Object.keys(headers).filter((name) => name.startsWith('RateLimit'))).toEqual([])
    }
  })

  it('answers 429 with the violated policies and the wait, without a challenge (RATE-12, HTTP-8)', async () => {
    const { ask } = await open({ rateLimits: { burst, minute } })
    for (let count = 0; count < 2; count += 1) await ask()
    await vi.advanceTimersByTimeAsync(1_000)
    await ask()
    await ask()
    const verdict = await ask()
    const { status, headers, body } = verdict.ok ? expect.unreachable() : verdict.reply
    expect(status).toBe(429)
    expect(headers).toEqual({
      'Content-Type': 'application/problem+json',
      'Cache-Control': 'no-store',
      'Retry-After': '59',
      RateLimit: '"burst";r=1;t=1, "minute";r=0;t=59',
      'RateLimit-Policy': '"burst";q=2;w=1, "minute";q=3;w=60',
    })
    expect(JSON.parse(body)).toEqual({
      type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
      title: 'Rate limit exceeded',
      status: 429,
      detail: expect.stringContaining('Retry-After'),
      code: 'rate_limited',
      'violated-policies': ['minute'],
    })
  })

  it('tells a whole number of seconds, after which it admits a request', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 59_999 }), async (waitMs) => {
        const { ask } = await open({ rateLimits: { minute } })
        for (let count = 0; count < 3; count += 1) await ask()
        await vi.advanceTimersByTimeAsync(waitMs)
        const verdict = await ask()
        const { headers = {} } = verdict.ok ? expect.unreachable() : verdict.reply
        const seconds = Number(headers['Retry-After'])
        expect(seconds).toBe(Math.max(1, Math.ceil((60_000 - waitMs) / 1_000)))
        expect(seconds).toBeGreaterThanOrEqual(Number(/t=(\d+)/.exec(headers.RateLimit ?? '')?.[1]))
        await vi.advanceTimersByTimeAsync(seconds * 1_000)
        expect((await ask()).ok).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  it('takes one unit for a request that passes several gates (RATE-5)', async () => {
    const { keyring, token } = await open({ rateLimits: { minute } })
    const gates = [createGate(keyring), createGate(keyring, { scopes: ['members.read'] }), createGate(keyring)]
    const left = async (request: object) => {
      const verdicts = await Promise.all(gates.map((gate) => gate(bearer(token), request as never)))
      return verdicts.map((verdict) => verdict.ok && verdict.headers.RateLimit)
    }
    expect(await left({})).toEqual(Array(3).fill('"minute";r=2;t=60'))
    expect(await left({})).toEqual(Array(3).fill('"minute";r=1;t=60'))
    const calls = (await keyring.stats({ organizationId: 'org1' })).callsLast24h
    expect(calls).toBe(2)
  })
})

describe('a gate behind proxies (HTTP-15)', () => {
  const proxies = { trustedProxies: ['10.0.0.0/8'] }
  const via = (forwarded: string, remoteAddress = '10.0.0.1') => ({
    remoteAddress,
    extra: [['X-Forwarded-For', forwarded]] as const,
  })
  /** One request with a key, as it came through `via`. */
  const through = (token: string, { remoteAddress, extra }: ReturnType<typeof via>) => ({
    remoteAddress,
    fields: [...bearer(token).fields, ...extra],
  })

  it.each<[string, Options, ReturnType<typeof via> | { remoteAddress?: string }, boolean]>([
    ['the client, as its proxy tells', proxies, via(home), true],
    ['another client', proxies, via('198.51.100.1'), false],
    ['another client that claims to be it', proxies, via(`${home}, 198.51.100.1`), false],
    ['the client, whatever it claims', proxies, via(`198.51.100.1, ${home}, 10.0.0.7`), true],
    ['who is no proxy, and claims to be one', proxies, via(home, '198.51.100.1'), false],
    ['who claims it where no proxy is trusted', {}, via(home), false],
    ['the client itself', {}, { remoteAddress: home }, true],
    ['the client itself, as IPv6', {}, { remoteAddress: `::ffff:${home}` }, true],
    ['the client, with its port', proxies, via(`${home}:4711`), true],
    ['another client, with its port', proxies, via('198.51.100.1:4711'), false],
    ['whom the proxy does not name', proxies, via('unknown'), false],
    ['the proxy itself', proxies, { remoteAddress: '10.0.0.1' }, false],
    ['nobody knows who', proxies, {}, false],
  ])('judges a key that is bound to an address by %s', async (_, options, came, passes) => {
    const { keyring, id, token, ask } = await open({}, options)
    await keyring.update(id, { ipAllowList: [home] })
    const verdict = await ask('extra' in came ? through(token, came) : came)
    expect(verdict).toMatchObject(
      passes ? { ok: true } : { refusal: { code: 'api_key_not_allowed_here' }, reply: { status: 403 } },
    )
    expect(verdict.ok || verdict.reply.headers).not.toHaveProperty('WWW-Authenticate')
  })

  it.each(['198.51.100.1:4711', 'unknown', '_hidden', '', 'client.example'])(
    "lets nobody in with a list of the proxies' own network, by an entry %o (HTTP-21)",
    async (entry) => {
      const { keyring, id, token, ask } = await open({}, proxies)
      await keyring.update(id, { ipAllowList: ['10.0.0.0/8'] })
      const refusal = { code: 'api_key_not_allowed_here', reason: 'ip' }
      expect(await ask(through(token, via(entry, '10.0.0.5')))).toMatchObject({ refusal })
      expect((await ask(through(token, via('10.0.0.9', '10.0.0.5')))).ok).toBe(true)
    },
  )

  it('locks nobody out for the bad keys of a client whose address is unknown, or came with a port (HTTP-21)', async () => {
    const { token, ask } = await open({ failureLimit: minute }, proxies)
    const bad = guessAt('000000000000')
    for (let port = 4711; port < 4714; port += 1) {
      await ask(through(bad, via('unknown')), bad)
      await ask(through(bad, via(`198.51.100.1:${port}`)), bad)
    }
    expect((await ask(through(token, via('unknown')))).ok).toBe(true)
    expect((await ask(through(token, via(`${home}:4711`)))).ok).toBe(true)
    expect(await ask(through(token, via('198.51.100.1:4720')))).toMatchObject({ reply: { status: 429 } })
  })

  it('counts bad keys by the client, whom no claim hides, and answers it 429 (RATE-6)', async () => {
    const { token, ask } = await open({ failureLimit: minute }, proxies)
    const bad = guessAt('000000000000')
    for (let last = 1; last <= 3; last += 1) {
      const claimed = via(`198.51.100.${last}, ${home}`)
      expect(await ask(through(bad, claimed), bad)).toMatchObject({ reply: { status: 401 } })
    }
    const verdict = await ask(through(token, via(`198.51.100.4, ${home}`)))
    const headers = { 'Retry-After': '60', RateLimit: '"failures";r=0;t=60' }
    expect(verdict).toMatchObject({ reply: { status: 429, headers } })
    expect(verdict.ok || JSON.parse(verdict.reply.body)).toMatchObject({ 'violated-policies': ['failures'] })
    expect((await ask(through(token, via(`${home}, 198.51.100.1`)))).ok).toBe(true)
  })

  it.each([['10.1'], [[]], [['10.1']], [['0.0.0.0/0']], [null]])(
    'refuses to start with %o as trusted proxies',
    (value) => {
      const { keyring } = openKeyring()
      // What the compiler refuses, JavaScript may still pass.
      const start = () => createGate(keyring, { trustedProxies: value as string[] })
      if (Array.isArray(value) && value.length === 0) expect(start).not.toThrow()
      else expect(start).toThrow(InvalidOptions)
    },
  )
})
