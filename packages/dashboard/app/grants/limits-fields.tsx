import type { ApiError } from '../client/api-error.js'
import type { RateLimit } from '../client/client.js'
import { Field } from '../parts/field.js'
import { Select } from '../parts/select.js'
import { offersBudgets } from '../state/offers.js'
import { type Page, usePage } from '../state/page.js'
import { dateField, type Expiry, endOf, expiriesFor, type LimitsDraft, type Refill } from './limits-draft.js'

interface LimitsFieldsProps {
  readonly draft: LimitsDraft
  readonly set: (draft: LimitsDraft) => void
  readonly error: ApiError | null
}

interface ExpiryFieldsProps extends LimitsFieldsProps {
  /** A date is to be chosen, and somebody tried without. */
  readonly hasNoDate: boolean
}

/** When the key ends, with the date that comes of it. */
export function ExpiryFields({ draft, set, error, hasNoDate }: ExpiryFieldsProps) {
  const { strings, formats, catalog } = usePage()
  const words = strings.create
  const { may_be_null: mayBeNull } = catalog.limits.expires_at
  const labels: Readonly<Record<Expiry, string>> = {
    7: words.expiryDays(7),
    30: words.expiryDays(30),
    90: words.expiryDays(90),
    365: words.expiryDays(365),
    never: words.expiryNever,
    date: words.expiryDate,
  }
  const end = endOf(draft)
  const fault = error?.faultAt('/expires_at')
  return (
    <div class="expiry">
      <div class="pair">
        <Select
          hasLabel
          label={words.expiry}
          value={draft.expiry}
          choices={expiriesFor(catalog, draft).map((one) => [one, labels[one]] as const)}
          set={(expiry) => set({ ...draft, expiry: expiry as Expiry })} // one of the choices
        />
        {draft.expiry === 'date' && (
          <Field
            label={words.expiryDate}
            type="date"
            value={draft.date}
            min={dateField(new Date())}
            max={dateField(draft.latest)}
            set={(date) => set({ ...draft, date })}
            fault={hasNoDate ? words.dateMissing : null}
          />
        )}
      </div>
      <p class="hint">
        {draft.expiry === 'never' ? words.expiryNeverHint : end !== null && words.expiryOn(formats.day(end))}
        {!mayBeNull && ` ${words.expiryLatest(formats.day(draft.latest))}`}
      </p>
      {fault != null && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
    </div>
  )
}

interface UseFieldsProps extends LimitsFieldsProps {
  /** The policy asks for addresses, and somebody tried without. */
  readonly hasNoAddresses?: boolean
}

/** From where, and how often. */
export function UseFields({ draft, set, error, hasNoAddresses = false }: UseFieldsProps) {
  const page = usePage()
  const { strings, catalog, options } = page
  const words = strings.create
  return (
    <>
      {options.show.ipAllowList && (
        <Field
          label={words.addresses}
          hint={catalog.policy.require_ip_allow_list ? words.addressesRequired : words.addressesHint}
          isRequired={catalog.policy.require_ip_allow_list}
          rows={3}
          value={draft.addresses}
          set={(addresses) => set({ ...draft, addresses })}
          fault={error?.faultAt('/ip_allow_list') ?? (hasNoAddresses ? words.addressesMissing : null)}
        />
      )}
      {options.show.rateLimits && (
        <>
          <div class="pair">
            <Field
              label={words.rateLimit}
              type="number"
              min={catalog.limits.rate_limit.minimum}
              max={catalog.limits.rate_limit.maximum}
              value={draft.limit}
              set={(limit) => set({ ...draft, limit })}
              fault={error?.faultAt('/rate_limits')}
            />
            <Select
              hasLabel
              label={words.rateLimitPer}
              value={draft.windowMs}
              choices={windowsOf(page, draft.windowMs)}
              set={(windowMs) => set({ ...draft, windowMs })}
            />
          </div>
          {draft.otherLimits.length > 0 && (
            <p class="hint">{words.otherLimits(limitsInWords(draft.otherLimits, page))}</p>
          )}
          <p class="hint">
            {words.rateLimitHint(
              catalog.rate_limits.length === 0 ? words.noLimit : limitsInWords(catalog.rate_limits, page),
            )}
          </p>
        </>
      )}
      {offersBudgets(catalog, options) && <BudgetFields draft={draft} set={set} error={error} />}
    </>
  )
}

/** What its calls may cost. */
function BudgetFields({ draft, set, error }: LimitsFieldsProps) {
  const { strings, catalog } = usePage()
  const words = strings.create
  return (
    <>
      <div class="pair">
        <Field
          label={words.budget}
          type="number"
          min={catalog.limits.budget.minimum}
          max={catalog.limits.budget.maximum}
          value={draft.credits}
          set={(credits) => set({ ...draft, credits })}
          fault={error?.faultAt('/budget')}
        />
        <Select
          hasLabel
          label={words.budgetRefill}
          value={draft.refill}
          choices={[
            ['never', words.budgetOnce],
            ['day', words.budgetDaily],
            ['month', words.budgetMonthly],
          ]}
          set={(refill) => set({ ...draft, refill: refill as Refill })} // one of the choices
        />
      </div>
      <p class="hint">
        {words.budgetHint}
        {draft.refill !== 'never' && ` ${words.budgetZone(draft.timeZone)}`}
      </p>
    </>
  )
}

/** "600 per minute and 5,000 per hour". */
export function limitsInWords(limits: readonly RateLimit[], { strings, formats }: Page): string {
  const { limit: words, sharedLimit } = strings.key
  return formats.list(
    limits.map(({ limit, window_ms: windowMs, per = 'key' }) => {
      const text = words(formats.number(limit), windowInWords(windowMs))
      return per === 'key' ? text : sharedLimit[per](text)
    }),
  )
  function windowInWords(windowMs: number): string {
    return namesOfWindows(strings).find(([ms]) => ms === windowMs)?.[1] ?? formats.duration(windowMs)
  }
}

/** Those limits that a key is under whatever limits it has of its own. */
export function sharedLimits({ rate_limits: limits }: Pick<Page['catalog'], 'rate_limits'>): readonly RateLimit[] {
  return limits.filter(({ per }) => per !== 'key')
}

function namesOfWindows({ create }: Page['strings']): readonly (readonly [number, string])[] {
  return [
    [1_000, create.perSecond],
    [60_000, create.perMinute],
    [3_600_000, create.perHour],
    [86_400_000, create.perDay],
  ]
}

function windowsOf({ strings, formats }: Page, chosen: string): readonly (readonly [string, string])[] {
  const windows = namesOfWindows(strings).map(([ms, name]) => [String(ms), name] as const)
  return windows.some(([ms]) => ms === chosen) ? windows : [...windows, [chosen, formats.duration(Number(chosen))]]
}
