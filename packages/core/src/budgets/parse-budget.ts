import { checkNames } from '../check/index.js'
import { InvalidInput, type InvalidOptions } from '../errors/index.js'
import { type Budget, type BudgetRefill, isRecord } from '../values/index.js'
import { isTimeZone } from './calendar.js'

/** The most credits of a budget, of one call, and of one grant: as for rate limits. */
export const maxCredits = 999_999_999_999_999

/** A budget as the caller writes it. */
export interface BudgetInput {
  /** How many credits there are: a whole number, 0 or more. */
  readonly limit: number
  /**
   * When there are as many again: at the beginning of each day or month in a time zone. What is left of the day or month before does
   * not come along. @defaultValue null: what is spent does not come back
   */
  readonly refill?: BudgetRefillInput | null | undefined
}

/** When a budget begins anew, as the caller writes it. */
export interface BudgetRefillInput {
  readonly every: 'day' | 'month'
  /** A name of the IANA time zone database, such as `Europe/Berlin`. @defaultValue 'UTC' */
  readonly timeZone?: string | undefined
}

/**
 * Parses and copies a budget. `null` and `undefined` give `null`: there is none.
 *
 * @throws an error of the class `Fault` when it is malformed.
 */
export function parseBudget(
  value: unknown,
  field: string,
  Fault: typeof InvalidInput | typeof InvalidOptions = InvalidInput,
): Budget | null {
  if (value === undefined || value === null) return null
  if (!isRecord(value)) throw new Fault(field, '{ limit, refill }, or null')
  checkNames(value, { limit: true, refill: true }, { at: field, Invalid: Fault })
  const { limit, refill } = value
  if (!isCredits(limit)) throw new Fault(`${field}.limit`, `a whole number from 0 to ${maxCredits}`)
  return { limit, refill: parseRefill(refill, `${field}.refill`, Fault) }
}

/** Tests whether `value` is a budget that `parseBudget` gave. Whether there is such a time zone is not asked: see `periodAt`. */
export function isBudget(value: unknown): value is Budget {
  if (!isRecord(value) || !isCredits(value.limit)) return false
  const { refill } = value
  if (refill === null) return true
  return isRecord(refill) && isUnit(refill.every) && typeof refill.timeZone === 'string'
}

/** Tests whether `value` is a number of credits. */
export function isCredits(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= maxCredits
}

function parseRefill(
  value: unknown,
  field: string,
  Fault: typeof InvalidInput | typeof InvalidOptions,
): BudgetRefill | null {
  if (value === undefined || value === null) return null
  if (!isRecord(value)) throw new Fault(field, '{ every, timeZone }, or null')
  checkNames(value, { every: true, timeZone: true }, { at: field, Invalid: Fault })
  const { every, timeZone = 'UTC' } = value
  if (!isUnit(every)) throw new Fault(`${field}.every`, "'day' or 'month'")
  if (!isTimeZone(timeZone)) throw new Fault(`${field}.timeZone`, 'the name of a time zone, such as Europe/Berlin')
  return { every, timeZone }
}

function isUnit(value: unknown): value is BudgetRefill['every'] {
  return value === 'day' || value === 'month'
}
