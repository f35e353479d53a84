import { describe, expect, it } from 'vitest'
import type { GateRefusal } from '../../src/http/gate-verdict.js'
import { detailFor, type PublicRefusal, problemFor } from '../../src/http/problem.js'
import { replyTo } from '../../src/http/reply.js'
import { statusTable } from '../../src/http/status-table.js'

const canary = 'tk_live_canary000000_secret'

/** Every refusal, with whatever it may carry that is not for the client. */
const refusals: readonly (readonly [status: number, challenge: string | null, refusal: GateRefusal | PublicRefusal])[] =
  [
    [401, 'bare', { code: 'api_key_missing' }],
    [400, 'invalid_request', { code: 'api_key_malformed', reason: 'not_b64token' }],
    [400, 'invalid_request', { code: 'api_key_malformed', reason: canary }],
    [401, 'invalid_token', { code: 'api_key_invalid', reason: 'secret', keyId: canary }],
    [401, 'invalid_token', { code: 'api_key_invalid', reason: 'leaked', keyId: canary }],
    [401, 'invalid_token', { code: 'api_key_disabled', keyId: canary }],
    [401, 'invalid_token', { code: 'api_key_expired', keyId: canary }],
    [401, 'invalid_token', { code: 'api_key_revoked', keyId: canary }],
    [401, 'invalid_token', { code: 'delegate_expired', keyId: canary }],
    [401, 'invalid_token', { code: 'owner_inactive', keyId: canary }],
    [
      403,
      'insufficient_scope',
      {
        code: 'insufficient_scope',
        keyId: canary,
        required: ['a.b'],
        missing: ['a.b'],
        resource: { type: 'board', id: canary },
      },
    ],
    [
      403,
      'insufficient_scope',
      {
        code: 'insufficient_scope',
        keyId: canary,
        required: [],
        missing: [],
        anyOf: ['a.b', 'c.d'],
        resource: { type: 'board', id: canary },
      },
    ],
    [
      401,
      'invalid_token',
      {
        code: 'proof_required',
        keyId: canary,
        reason: 'missing',
        challenge: { scheme: 'Bearer', error: 'invalid_token', algorithms: [], nonce: null },
      },
    ],
    [401, 'invalid_token', { code: 'proof_invalid' }],
    [403, null, { code: 'api_key_not_allowed_here', keyId: canary, reason: 'ip' }],
    [403, null, { code: 'api_key_sent_in_clear', keyId: canary }],
    [429, null, { code: 'rate_limited', violatedPolicies: ['burst'], retryAfterMs: 1_500 }],
    [
      429,
      null,
      {
        code: 'budget_exhausted',
        exhausted: ['key'],
        refillsAt: new Date('2026-02-01T00:00:00Z'),
        retryAfterMs: 1_500,
      },
    ],
    [503, null, { code: 'auth_unavailable', reason: 'store', cause: new Error(canary) }],
  ]

describe('replyTo', () => {
  it('is tested with every refusal code', () => {
    expect([...new Set(refusals.map(([, , { code }]) => code))].sort()).toEqual(Object.keys(statusTable).sort())
  })

  it.each(refusals)('answers %i with the challenge %s to %o', (status, challenge, refusal) => {
    const { headers, body, ...reply } = replyTo(refusal, { realm: 'tasks' })
    expect(reply.status).toBe(status)
    expect(headers).toEqual({
      'Content-Type': 'application/problem+json',
      'Cache-Control': 'no-store',
      ...(challenge === null ? {} : { 'WWW-Authenticate': expect.stringMatching(/^Bearer realm="tasks"/) }),
      ...(status === 503 ? { 'Retry-After': '5' } : {}),
      ...(status === 429 ? { 'Retry-After': '2' } : {}),
    })
    const error = /error="(\w+)"/.exec(headers['WWW-Authenticate'] ?? '')?.[1]
    expect(error).toBe(challenge === 'bare' ? undefined : (challenge ?? undefined))
    expect(JSON.parse(body)).toMatchObject({ status, code: refusal.code, title: expect.any(String) })
    expect(JSON.stringify({ headers, body })).not.toContain('canary')
  })
})

describe('problemFor (HTTP-8)', () => {
  it('tells what is missing', () => {
    const refusal = { code: 'insufficient_scope', required: ['a.b', 'c.d'], missing: ['c.d'] } as const
    expect(problemFor(refusal)).toEqual({
      type: 'urn:keywright:problem:insufficient_scope',
      title: 'Insufficient scope',
      status: 403,
      detail: detailFor(refusal),
      code: 'insufficient_scope',
      required: ['a.b', 'c.d'],
      missing: ['c.d'],
    })
  })

  it('names the exhausted policies, under the registered problem type', () => {
    expect(problemFor({ code: 'rate_limited', violatedPolicies: ['burst'], retryAfterMs: 1_500 })).toMatchObject({
      type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
      'violated-policies': ['burst'],
    })
  })

  it.each(['unheard_of', 'constructor', '__proto__', ''])('has a sentence for an unknown reason, %j, too', (reason) => {
    expect(detailFor({ code: 'api_key_malformed', reason })).toMatch(/^Send exactly one key/)
  })

  it('repeats no text that a challenge could not repeat', () => {
    for (const [, , refusal] of refusals) expect(detailFor(refusal)).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+\.$/)
  })
})
