import type { Catalog, Key, RateLimit, Schemas } from '../client/client.js'

/** When a key ends: after some days, never, or on a date. */
export type Expiry = '7' | '30' | '90' | '365' | 'never' | 'date'

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
  /** When the form was opened, from which days are counted: the same form sent again is the same request. */
  readonly from: Date
}

type Limits = Pick<Schemas['UpdateKey'], 'expires_at' | 'ip_allow_list' | 'rate_limits'>

const dayMs = 86_400_000

export function limitsOf(key: Key | null, catalog: Catalog): LimitsDraft {
  const [first, ...otherLimits] = key?.rate_limits ?? []
  const expiry = key === null ? firstExpiry(catalog) : key.expires_at === null ? 'never' : 'date'
  return {
    expiry,
    date: key?.expires_at == null ? '' : dateField(new Date(key.expires_at)),
    addresses: key?.ip_allow_list?.join('\n') ?? '',
    limit: first === undefined ? '' : String(first.limit),
    windowMs: String(first?.window_ms ?? 60_000),
    otherLimits,
    from: new Date(),
  }
}

/** The choices that this caller has. */
export function expiriesFor({ limits }: Catalog): Expiry[] {
  const latest = Date.parse(limits.expires_at.latest)
  const days = (['7', '30', '90', '365'] as const).filter((number) => Date.now() + Number(number) * dayMs <= latest)
  return [...days, 'date', ...(limits.expires_at.may_be_null ? ['never' as const] : [])]
}

function firstExpiry(catalog: Catalog): Expiry {
  const choices = expiriesFor(catalog)
  return choices.includes('90') ? '90' : (choices.filter((choice) => choice !== 'date').at(-1) ?? 'date')
}

/** The instant that a draft means; `null`: never, or no date yet. */
export function endOf({ expiry, date, from }: LimitsDraft): Date | null {
  if (expiry === 'never') return null
  if (expiry !== 'date') return new Date(from.getTime() + Number(expiry) * dayMs)
  // The end of that day, where the person is.
  const end = new Date(`${date}T00:00`)
  end.setHours(23, 59, 59)
  return Number.isNaN(end.getTime()) ? null : end
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
  }
}

/** "On a date", and no date: nothing is to be sent, for the API would take it for "never". */
export function isDateMissing(draft: LimitsDraft): boolean {
  return draft.expiry === 'date' && endOf(draft) === null
}

export function dateField(date: Date): string {
  const two = (number: number): string => String(number).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}
