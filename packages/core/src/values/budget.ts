/** When a budget begins anew: at the beginning of each day or month, by the calendar of a time zone. */
export interface BudgetRefill {
  readonly every: 'day' | 'month'
  /** A name of the IANA time zone database, such as `Europe/Berlin`. */
  readonly timeZone: string
}

/** Credits that count down: `limit` of them once, or in each day or month. */
export interface Budget {
  readonly limit: number
  /** `null`: what is spent does not come back. */
  readonly refill: BudgetRefill | null
}

/** Whose budget it is: that of one key, of all keys of one owner, or of all keys of one organization. */
export type BudgetHolder = 'key' | 'owner' | 'organization'
