import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createGate } from '../../src/http/gate.js'
import type { GateOptions } from '../../src/http/gate-options.js'
import type { GateRequest } from '../../src/http/gate-request.js'
import { passageOf } from '../../src/http/require-https.js'
import { readTrustedProxies } from '../../src/http/trusted-proxies.js'
import { type access, bearer, openKeyring } from '../support/task-keyring.js'

type Fields = GateRequest['fields']

const proxies = readTrustedProxies(['10.0.0.0/8'])
const by = (proto: string): Fields => [['X-Forwarded-Proto', proto]]
const from = (addresses: string): Fields => [['x-forwarded-for', addresses]]

describe('passageOf (HTTP-14)', () => {
  it.each<[string, Partial<GateRequest>, string]>([
    ['an encrypted connection', { encrypted: true, remoteAddress: '192.0.2.1' }, 'private'],
    ['one that nobody knows of', {}, 'in_clear'],
    ['a plain one', { remoteAddress: '192.0.2.1' }, 'in_clear'],
    ['a proxy that says https', { remoteAddress: '10.0.0.1', fields: by(' HTTPS ') }, 'private'],
    ['a proxy that says http', { remoteAddress: '10.0.0.1', encrypted: true, fields: by('http') }, 'in_clear'],
    ['a proxy that says nothing', { remoteAddress: '10.0.0.1' }, 'in_clear'],
    ['an encrypted one to a proxy that says nothing', { remoteAddress: '10.0.0.1', encrypted: true }, 'private'],
    ['a proxy that says nonsense', { remoteAddress: '10.0.0.1', fields: by('') }, 'in_clear'],
    ['a proxy that adds to what the client says', { remoteAddress: '10.0.0.1', fields: by('https, http') }, 'in_clear'],
    [
      'two proxies, the client to the first in private',
      { remoteAddress: '10.0.0.1', fields: [...by('https,http'), ...from('203.0.113.9, 10.0.0.2')] },
      'private',
    ],
    [
      'two proxies, the client to the first in clear',
      { remoteAddress: '10.0.0.1', fields: [...by('http,https'), ...from('203.0.113.9, 10.0.0.2')] },
      'in_clear',
    ],
    [
      'two proxies that add to what the client says',
      { remoteAddress: '10.0.0.1', fields: [...by('https'), ...by('http, http'), ...from('203.0.113.9, 10.0.0.2')] },
      'in_clear',
    ],
    [
      'two proxies, of which one passes on what the other says',
      { remoteAddress: '10.0.0.1', fields: [...by('https'), ...from('203.0.113.9, 10.0.0.2')] },
      'private',
    ],
    [
      'a proxy behind which the client names another',
      { remoteAddress: '10.0.0.1', fields: [...by('https, http'), ...from('10.0.0.2, 203.0.113.9')] },
      'in_clear',
    ],
    [
      'a stranger who speaks of http over an encrypted connection',
      { encrypted: true, remoteAddress: '192.0.2.1', fields: by('http') },
      'private',
    ],
    ['a stranger who speaks of http', { remoteAddress: '192.0.2.1', fields: by('http') }, 'in_clear'],
    ['a stranger who forwards', { remoteAddress: '192.0.2.1', fields: from('203.0.113.9') }, 'in_clear'],
  ])('judges %s', (_, request, expected) => {
    expect(passageOf({ fields: [], ...request }, proxies)).toBe(expected)
  })

  it.each<[string, Fields, string]>([
    ['without a word of a proxy', [['User-Agent', 'curl']], 'private'],
    ['from a proxy that says https', by('https'), 'private'],
    ['from a proxy that says http', by('http'), 'in_clear'],
    ['from a proxy that adds http to what the client says', by('https, http'), 'in_clear'],
    ['from a proxy behind a named one', [...by('https, http'), ...from('203.0.113.9, 10.0.0.2')], 'private'],
    ['from a proxy that says whom it forwards for alone', from('203.0.113.9'), 'unclear'],
    ['from a proxy with a field of its own', [['X-Real-IP', '203.0.113.9']], 'unclear'],
    ['from a proxy that speaks as the standard does', [['Forwarded', 'for=203.0.113.9;proto=https']], 'unclear'],
    ['from a proxy that only passes by', [['Via', '1.1 cache']], 'unclear'],
  ])('judges a request over loopback %s (HTTP-23)', (_, fields, expected) => {
    for (const remoteAddress of ['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1']) {
      expect(passageOf({ fields, remoteAddress }, proxies)).toBe(expected)
    }
  })

  it('takes loopback, where it is named, for a proxy like any other, but for a request that was not forwarded', () => {
    for (const trusts of [readTrustedProxies('loopback'), readTrustedProxies(1)]) {
      const passage = (fields: Fields) => passageOf({ fields, remoteAddress: '127.0.0.1' }, trusts)
      expect([[], by('https'), by('http'), from('203.0.113.9')].map(passage)).toEqual([
        'private',
        'private',
        'in_clear',
        'in_clear',
      ])
    }
  })

  it.each(['https', 'http, https', 'https, http', 'HTTPS'])(
    'does not know of a proxy that nobody named, and that says %s (HTTP-23)',
    (proto) => {
      for (const remoteAddress of ['192.0.2.1', '10.0.0.1', '/run/app.sock', undefined]) {
        expect(passageOf({ fields: by(proto), remoteAddress }, () => false)).toBe('unclear')
      }
    },
  )

  it('is not private, whatever the client writes, over plain HTTP from elsewhere', () => {
    const name = fc.constantFrom(
      'X-Forwarded-Proto',
      'X-Forwarded-For',
      'Forwarded',
      'X-Forwarded-Ssl',
      'Front-End-Https',
    )
    const text = fc.oneof(fc.constantFrom('https', 'http', '127.0.0.1', '10.0.0.1', 'proto=https', 'on'), fc.string())
    const value = fc.array(text, { maxLength: 3 }).map((texts) => texts.join(', '))
    const mine = fc.array(fc.tuple(name, value), { maxLength: 5 })
    fc.assert(
      fc.property(mine, fc.boolean(), (fields, isProxied) => {
        const added: Fields = [
          ['X-Forwarded-For', '203.0.113.9'],
          ['X-Forwarded-Proto', 'http'],
        ]
        const request = isProxied
          ? { remoteAddress: '10.0.0.1', fields: [...fields, ...added] }
          : { remoteAddress: '192.0.2.1', fields }
        expect(passageOf(request, proxies)).not.toBe('private')
      }),
    )
  })
})

describe('a gate and a proxy that nobody named (HTTP-23)', () => {
  const warnings: unknown[][] = []

  afterEach(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
    warnings.length = 0
  })

  /** A gate in production, before which somebody at `remoteAddress` speaks of `https`. */
  async function open(options: GateOptions<typeof access, GateRequest, boolean> = {}) {
    vi.useFakeTimers()
    vi.spyOn(process, 'emitWarning').mockImplementation((...told: unknown[]) => void warnings.push(told))
    const world = await openKeyring()
    const gate = createGate(world.keyring, { requireHttps: true, ...options })
    const ask = (remoteAddress: string | undefined, fields: Fields = by('https')) => {
      const request = { ...bearer(world.token), fields: [...bearer(world.token).fields, ...fields], remoteAddress }
      return gate(request, request)
    }
    return { ...world, ask }
  }

  it('answers 503, does not say that the key is lost, and names the proxy to the operator alone', async () => {
    const { ask, events, id, token } = await open()
    const verdict = await ask('::ffff:192.0.2.7')
    expect(verdict).toMatchObject({
      ok: false,
      refusal: { code: 'auth_unavailable', reason: 'proxy' },
      reply: { status: 503, headers: { 'Retry-After': '5' } },
    })
    const { body } = verdict.ok ? { body: '' } : verdict.reply
    expect(body).toContain('may be valid')
    expect(body).not.toMatch(/revoke|in clear|192\.0\.2\.7/i)
    expect(events).toEqual([
      {
        type: 'api_key.verify_failed',
        code: 'auth_unavailable',
        reason: 'unnamed_proxy',
        keyId: id,
        ip: '192.0.2.7',
      },
    ])
    expect(warnings).toEqual([
      [
        "API keys are refused with 503: it is not known whether they came over HTTPS. A proxy at 192.0.2.7 says so, but nobody named it. If it is yours, add to the options of your guards: trustedProxies: ['192.0.2.7']",
        { type: 'KeywrightWarning', code: 'KEYWRIGHT_UNNAMED_PROXY' },
      ],
    ])
    expect(JSON.stringify(warnings)).not.toContain(token.slice(8))
  })

  it('tells the operator once a minute, however many ask, and through however many guards', async () => {
    const { ask, keyring, token } = await open()
    const other = createGate(keyring, { requireHttps: true })
    const request = { ...bearer(token), fields: [...bearer(token).fields, ...by('https')], remoteAddress: '192.0.2.9' }
    for (let index = 0; index < 20; index += 1) await Promise.all([ask(`192.0.2.${index}`), other(request, request)])
    expect(warnings).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(60_000)
    await ask('192.0.2.7')
    await ask('192.0.2.7')
    expect(warnings).toHaveLength(2)
  })

  it.each<[string, string | undefined, Fields, RegExp]>([
    ['one without an address', undefined, by('https'), /trustedProxies: 1$/],
    [
      'a local one that does not say',
      '127.0.0.1',
      from('203.0.113.9'),
      /127\.0\.0\.1 does not say so.*X-Forwarded-Proto/,
    ],
    ['one with an address of IPv6', '2001:db8::7', by('https'), /trustedProxies: \['2001:db8::7'\]$/],
  ])('says what to configure for %s', async (_, remoteAddress, fields, expected) => {
    const { ask } = await open()
    expect(await ask(remoteAddress, fields)).toMatchObject({ refusal: { code: 'auth_unavailable' } })
    expect(warnings).toEqual([[expect.stringMatching(expected), expect.anything()]])
  })

  it('tells nobody of a proxy that is named, of plain HTTP, or where HTTPS is not required', async () => {
    const { ask } = await open({ trustedProxies: ['192.0.2.7'] })
    expect(await ask('192.0.2.7')).toMatchObject({ ok: true })
    expect(await ask('192.0.2.8', by('http'))).toMatchObject({ refusal: { code: 'api_key_sent_in_clear' } })
    const { ask: plain } = await open({ requireHttps: false })
    expect(await plain('192.0.2.8')).toMatchObject({ ok: true })
    expect(warnings).toEqual([])
  })
})
