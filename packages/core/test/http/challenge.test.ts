import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { challengeFor } from '../../src/http/challenge.js'
import type { PublicRefusal } from '../../src/http/problem.js'

const missingScopes = {
  code: 'insufficient_scope',
  required: ['members.read', 'tasks.read'],
  missing: ['tasks.read'],
} as const

describe('challengeFor', () => {
  it.each<[PublicRefusal, string | null]>([
    [{ code: 'api_key_missing' }, 'Bearer realm="tasks"'],
    [{ code: 'api_key_invalid' }, 'Bearer realm="tasks", error="invalid_token"'],
    [{ code: 'api_key_disabled' }, 'Bearer realm="tasks", error="invalid_token"'],
    [{ code: 'api_key_expired' }, 'Bearer realm="tasks", error="invalid_token"'],
    [{ code: 'api_key_revoked' }, 'Bearer realm="tasks", error="invalid_token"'],
    [{ code: 'delegate_expired' }, 'Bearer realm="tasks", error="invalid_token"'],
    [{ code: 'owner_inactive' }, 'Bearer realm="tasks", error="invalid_token"'],
    [missingScopes, 'Bearer realm="tasks", error="insufficient_scope", scope="members.read tasks.read"'],
    [{ code: 'insufficient_scope', required: [], missing: [] }, 'Bearer realm="tasks", error="insufficient_scope"'],
    [{ code: 'proof_required' }, 'Bearer realm="tasks", error="invalid_token"'],
    [
      {
        code: 'proof_invalid',
        challenge: { scheme: 'DPoP', error: 'use_dpop_nonce', algorithms: ['ES256', 'EdDSA'], nonce: 'n1' },
      },
      'DPoP realm="tasks", error="use_dpop_nonce", algs="ES256 EdDSA"',
    ],
    [{ code: 'api_key_not_allowed_here' }, null],
    [{ code: 'rate_limited', violatedPolicies: [], retryAfterMs: null }, null],
    [{ code: 'auth_unavailable' }, null],
  ])('answers %o with %s (HTTP-4, HTTP-5, HTTP-9)', (refusal, challenge) => {
    expect(challengeFor(refusal, { realm: 'tasks' })).toBe(challenge)
  })

  it('describes what is malformed in the request', () => {
    expect(challengeFor({ code: 'api_key_malformed', reason: 'repeated_x_api_key' }, { realm: 'tasks' })).toBe(
      'Bearer realm="tasks", error="invalid_request", ' +
        'error_description="The request has more than one X-API-Key header. Send exactly one."',
    )
  })

  it('names the metadata of the resource when the resource has some (RFC 9728)', () => {
    const options = { realm: 'tasks', resourceMetadata: 'https://tasks.example/.well-known/oauth-protected-resource' }
    expect(challengeFor({ code: 'api_key_missing' }, options)).toBe(
      'Bearer realm="tasks", resource_metadata="https://tasks.example/.well-known/oauth-protected-resource"',
    )
  })

  it('returns a legal header for any texts (HTTP-6)', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.constantFrom('a', '"', '\\', '\r\n', '\0', '\x7f', ', error="x"', '☃')).map((all) => all.join('')),
    )
    const refusal = fc.oneof(
      fc.constant({ code: 'api_key_missing' } as const),
      text.map((reason) => ({ code: 'api_key_malformed', reason }) as const),
      fc.array(text).map((required) => ({ code: 'insufficient_scope', required, missing: required }) as const),
    )
    fc.assert(
      fc.property(refusal, text, fc.option(text, { nil: undefined }), (refusal, realm, resourceMetadata) => {
        const header = challengeFor(refusal, { realm, resourceMetadata }) ?? ''
        expect(header).toMatch(/^Bearer realm="[^"\\]*"(, [a-z_]+="[^"\\]*")*$/)
        expect(header).toMatch(/^[\x20-\x7e]*$/)
        // Four at most: no text has added a parameter of its own.
        const names = [...header.matchAll(/([a-z_]+)="[^"]*"/g)].map(([, name]) => name)
        expect(names).toEqual([...new Set(names)])
        expect(new Response(null, { headers: { 'WWW-Authenticate': header } }).headers.get('WWW-Authenticate')).toBe(
          header,
        )
      }),
      { numRuns: 1_000 },
    )
  })
})
