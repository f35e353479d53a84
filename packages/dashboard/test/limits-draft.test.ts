import { describe, expect, it } from 'vitest'
import type { Catalog, Key } from '../app/client/client.js'
import { areAddressesMissing, endOf, expiriesFor, limitsOf } from '../app/grants/limits-draft.js'

const dayMs = 86_400_000
const none = { max_lifetime_ms: null, default_lifetime_ms: null, require_expiry: false, require_ip_allow_list: false }

/** A catalog as the API has it, some minutes after it was read. */
function catalogWith(policy: Partial<Catalog['policy']>): Catalog {
  const { max_lifetime_ms: maxMs = null, require_expiry: isRequired = false } = policy
  const latest = maxMs === null ? '9999-12-31T23:59:59.999Z' : new Date(Date.now() + maxMs - 600_000).toISOString()
  const limits = { expires_at: { latest, may_be_null: maxMs === null && !isRequired } }
  return { policy: { ...none, ...policy }, limits } as Catalog // of which nothing else is read
}

const keyOf = (days: number, end: Date | null): Key =>
  ({
    created_at: new Date(Date.now() - days * dayMs).toISOString(),
    expires_at: end?.toISOString() ?? null,
    ip_allow_list: null,
    rate_limits: null,
    budget: null,
    binding: null,
  }) as Key // of which nothing else is read

describe('the end of a key, in its form', () => {
  it('is 90 days away where there is no policy, and may be never', () => {
    const catalog = catalogWith({})
    expect(limitsOf(null, catalog)).toMatchObject({ expiry: '90' })
    expect(expiriesFor(catalog, limitsOf(null, catalog))).toEqual(['7', '30', '90', '365', 'date', 'never'])
  })

  it('begins with the default of the policy, and is never later than its latest', () => {
    const catalog = catalogWith({ max_lifetime_ms: 90 * dayMs, default_lifetime_ms: 30 * dayMs })
    const draft = limitsOf(null, catalog)
    expect(draft).toMatchObject({ expiry: '30' })
    expect(expiriesFor(catalog, draft)).toEqual(['7', '30', '90', 'date'])
    expect(endOf({ ...draft, expiry: '90' })?.toISOString()).toBe(catalog.limits.expires_at.latest)
    expect(limitsOf(null, catalogWith({ default_lifetime_ms: 45 * dayMs })).expiry).toBe('date')
  })

  it('of a key that is there counts from its creation, and may stay what it was before the policy', () => {
    const catalog = catalogWith({ max_lifetime_ms: 90 * dayMs })
    const left = limitsOf(keyOf(60, new Date(Date.now() + dayMs)), catalog).latest.getTime() - Date.now()
    expect(Math.round(left / dayMs)).toBe(30)
    const end = new Date(Date.now() + 400 * dayMs)
    expect(limitsOf(keyOf(60, end), catalog).latest).toEqual(end)
  })

  it('asks for addresses where each key needs them', () => {
    const draft = limitsOf(null, catalogWith({}))
    const catalog = catalogWith({ require_ip_allow_list: true })
    expect([areAddressesMissing(draft, catalogWith({})), areAddressesMissing(draft, catalog)]).toEqual([false, true])
    expect(areAddressesMissing({ ...draft, addresses: '192.0.2.1' }, catalog)).toBe(false)
  })
})
