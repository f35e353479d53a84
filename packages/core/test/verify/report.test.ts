import { expect, it } from 'vitest'
import type { Refusal } from '../../src/verdict/verdict.js'
import type { KeyringEvent } from '../../src/verify/events.js'
import { report } from '../../src/verify/report.js'

const facts = { ip: '192.0.2.7', requestId: 'r1', organizationId: 'acme' }
const failed = { type: 'api_key.verify_failed', reason: '', keyId: 'k1', ...facts }

it.each<[Refusal, readonly object[]]>([
  [
    { code: 'api_key_revoked', keyId: 'k1' },
    [
      { ...failed, code: 'api_key_revoked' },
      { type: 'api_key.used_after_revocation', keyId: 'k1', ...facts },
    ],
  ],
  [
    { code: 'api_key_invalid', reason: 'unknown', keyId: null },
    [{ ...failed, code: 'api_key_invalid', reason: 'unknown', keyId: null }],
  ],
  [
    { code: 'rate_limited', keyId: 'k1', violatedPolicies: ['hour'], retryAfterMs: 1, states: [] },
    [{ type: 'api_key.rate_limited', keyId: 'k1', violated: ['hour'], ...facts }],
  ],
])('a refusal is told with the address, the request and the organisation: %o (FI-43)', (refusal, expected) => {
  const events: KeyringEvent[] = []
  const outages = { failed: () => expect.unreachable() }
  report({ emit: (event) => events.push(event), outages }, refusal, facts)
  expect(events).toEqual(expected)
  report({ emit: () => {}, outages }, refusal)
})

it('a refusal as unavailable goes to the outages alone', () => {
  const told: unknown[] = []
  const cause = new Error('down')
  const outages = { failed: (...of: unknown[]) => void told.push(of) }
  report({ emit: () => expect.unreachable(), outages }, { code: 'auth_unavailable', reason: 'store', cause }, facts)
  expect(told).toEqual([['store', cause]])
})
