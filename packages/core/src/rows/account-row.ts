import type { AccountState } from '../budgets/index.js'
import { wholeNumberOf } from './whole-number.js'

/**
 * Reads the account of a budget from a row as a driver returns it.
 *
 * @throws Error when a column cannot be read: nothing is spent from what is not known.
 */
export function parseAccountRow(row: Readonly<Record<string, unknown>>): AccountState {
  return {
    period: wholeNumberOf(row.period, 'period'),
    used: wholeNumberOf(row.used, 'used'),
    extra: wholeNumberOf(row.extra, 'extra'),
  }
}
