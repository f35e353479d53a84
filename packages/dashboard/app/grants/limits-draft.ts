import type { Catalog, Key, RateLimit, Schemas } from '../client/client.js'

/** When a key ends: after some days, never, or on a date. */
export type Expiry = '7' | '30' | '90' | '365' | 'never' | 'date'

/** When the credits of a key are there again. */
export type Refill = 'never' | 'day' | 'month'

/** Where and how often a key may be used, and until when, as somebody is choosing it. */
export interface LimitsDraft {
  readonly expiry: Expiry
  /** As a date field has it: `2030-01-31`. */
  readonly date: string
  /** One address or range a line. */
  readonly addresses: string
  readonly limit: string
  readonly windowMs: string
  /** Further limits of the key, which the form keeps. */
  readonly otherLimits: readonly RateLimit[]
  /** The credits of its budget; empty: it has none. */
  readonly credits: string
  readonly refill: Refill
  /** Whose days and months these are. */
  readonly timeZone: string
  /** The last end that this caller may give it, by their own rights and by the policy. */
  readonly latest: Date
  /** When the form was opened, from which days are counted: the same form sent again is the same request. */
  readonly from: Date
}

type Limits = Pick<Schemas['UpdateKey'], 'expires_at' | 'ip_allow_list' | 'rate_limits' | 'budget'>

const dayMs = 86_400_000

export function limitsOf(key: Key | null, catalog: Catalog): LimitsDraft {
  const [first, ...otherLimits] = key?.rate_limits ?? []
  const latest = latestOf(key, catalog)
  return {
    ...(key === null ? firstEnd(catalog, latest) : endIn(key)),
    latest,
    addresses: key?.ip_allow_list?.join('\n') ?? '',
    limit: first === undefined ? '' : String(first.limit),
    windowMs: String(first?.window_ms ?? 60_000),
    otherLimits,
    ...budgetOf(key),
    from: new Date(),
  }
}

/** A new budget goes by the calendar of whoever gives it. */
function budgetOf(key: Key | null): Pick<LimitsDraft, 'credits' | 'refill' | 'timeZone'> {
  const { limit, refill = null } = key?.budget ?? {}
  return {
    credits: limit === undefined ? '' : String(limit),
    refill: refill?.every ?? 'never',
    timeZone: refill?.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
  }
}

/** A policy counts from the creation of a key. One from before it may keep its end, and have an earlier one. */
function latestOf(key: Key | null, { limits, policy }: Catalog): Date {
  const byLimits = Date.parse(limits.expires_at.latest)
  if (key === null) return new Date(byLimits)
  const byPolicy = Date.parse(key.created_at) + (policy.max_lifetime_ms ?? byLimits)
  const end = key.expires_at === null ? byLimits : Date.parse(key.expires_at)
  return new Date(Math.max(Math.min(byLimits, byPolicy), end))
}

/** The choices that there are for a key that ends at `latest` at the latest. */
export function expiriesFor(
  { limits }: Catalog,
  { latest, expiry }: Pick<LimitsDraft, 'latest'> & Partial<LimitsDraft>,
): Expiry[] {
  // The catalog is some minutes old, and the clock of the browser may be another one: the last choice ends at `latest`.
  const end = latest.getTime() + dayMs / 2
  const days = (['7', '30', '90', '365'] as const).filter((number) => Date.now() + Number(number) * dayMs <= end)
  const mayBeNever = limits.expires_at.may_be_null || expiry === 'never'
  return [...days, 'date', ...(mayBeNever ? ['never' as const] : [])]
}

type End = Pick<LimitsDraft, 'expiry' | 'date'>

function endIn({ expires_at: end }: Key): End {
  return end === null ? { expiry: 'never', date: '' } : { expiry: 'date', date: dateField(new Date(end)) }
}

/** What the policy gives by default, or 90 days, or the next best. */
function firstEnd(catalog: Catalog, latest: Date): End {
  const choices = expiriesFor(catalog, { latest })
  const { default_lifetime_ms: defaultMs, max_lifetime_ms: maxMs } = catalog.policy
  if (defaultMs === null) {
    const expiry = choices.includes('90') ? '90' : choices.filter((choice) => choice !== 'date').at(-1)
    return { expiry: expiry ?? 'date', date: '' }
  }
  const lifetimeMs = Math.min(defaultMs, maxMs ?? defaultMs)
  const expiry = choices.find((choice) => Number(choice) * dayMs === lifetimeMs)
  return expiry === undefined
    ? { expiry: 'date', date: dateField(new Date(Date.now() + lifetimeMs)) }
    : { expiry, date: '' }
}

/** The instant that a draft means; `null`: never, or no date yet. */
export function endOf({ expiry, date, from, latest }: LimitsDraft): Date | null {
  if (expiry === 'never') return null
  const end = expiry === 'date' ? new Date(`${date}T00:00`) : new Date(from.getTime() + Number(expiry) * dayMs)
  // The end of that day, where the person is.
  if (expiry === 'date') end.setHours(23, 59, 59)
  if (Number.isNaN(end.getTime())) return null
  return end.getTime() > latest.getTime() ? latest : end
}

/** What the API takes for a draft. */
export function toLimits(draft: LimitsDraft): Limits {
  const shown = draft.limit.trim() === '' ? [] : [{ limit: Number(draft.limit), window_ms: Number(draft.windowMs) }]
  const rateLimits = [...shown, ...draft.otherLimits]
  const addresses = draft.addresses.split(/[\s,]+/).filter((text) => text !== '')
  return {
    expires_at: endOf(draft)?.toISOString() ?? null,
    ip_allow_list: addresses.length === 0 ? null : addresses,
    rate_limits: rateLimits.length === 0 ? null : rateLimits,
    budget: toBudget(draft),
  }
}

function toBudget({ credits, refill, timeZone }: LimitsDraft): NonNullable<Limits['budget']> | null {
  if (credits.trim() === '') return null
  return { limit: Number(credits), refill: refill === 'never' ? null : { every: refill, time_zone: timeZone } }
}

/** "On a date", and no date: nothing is to be sent, for the API would take it for "never". */
export function isDateMissing(draft: LimitsDraft): boolean {
  return draft.expiry === 'date' && endOf(draft) === null
}

/** Whether the policy asks for addresses, and there are none. */
export function areAddressesMissing(draft: LimitsDraft, { policy }: Catalog): boolean {
  return policy.require_ip_allow_list && draft.addresses.trim() === ''
}

export function dateField(date: Date): string {
  const two = (number: number): string => String(number).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}
