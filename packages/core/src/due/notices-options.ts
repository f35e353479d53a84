import { checkNames, type NamesOf, wholeNumber } from '../check/index.js'
import { InvalidOptions } from '../errors/index.js'
import type { Key } from '../values/index.js'

/** What the host is told of a key. */
export interface KeyNotice {
  /** The same each time that this notice is given, and that of its event: a mail that was sent under it must not be sent again. */
  readonly id: string
  readonly type: 'api_key.expiring' | 'api_key.unused'
  /** The key as it is now: with its `expiresAt`, its `lastUsedAt`, and its owner. */
  readonly key: Key
  /** Which of the days was reached: before the end of the key, or since it was last used. */
  readonly days: number
  /** When it was told, by the store's clock. */
  readonly at: Date
}

/** Of which keys `Keyring.runDue` tells. */
export interface NoticesOptions {
  /**
   * How many days before the end of a key it is told of: once for each, as whole numbers from 1 to 365. A key that had no more days to
   * live when it was made is not told of for these. `[]` tells of none. @defaultValue [30, 7, 1]
   */
  readonly expiringDays?: readonly number[] | undefined
  /**
   * After how many days a key is told of that was neither used nor changed in them: a whole number from 1 to 3650. It is told of again
   * if it is used, and then is not for so long. @defaultValue none is told of
   */
  readonly unusedDays?: number | undefined
  /**
   * Is given each notice, at least once, and under one id; sends the mail. It has `manageTimeoutMs`; what it throws has the notice given
   * again later. @defaultValue nobody is given any: webhooks alone carry them
   */
  readonly onNotice?: ((notice: KeyNotice) => unknown) | undefined
}

/** The fields of {@link NoticesOptions}. */
export const noticesOptionNames: NamesOf<NoticesOptions> = { expiringDays: true, unusedDays: true, onNotice: true }

/** {@link NoticesOptions}, checked. */
export interface NoticeSettings {
  /** In ascending order, each once. */
  readonly expiringDays: readonly number[]
  readonly unusedDays: number | null
  readonly onNotice: ((notice: KeyNotice) => unknown) | null
}

/** @throws InvalidOptions, naming the option. */
export function readNotices(given: NoticesOptions | undefined): NoticeSettings | null {
  if (given === undefined) return null
  checkNames(given, noticesOptionNames, { at: 'notices' })
  const { expiringDays = [30, 7, 1], unusedDays, onNotice } = given
  if (!Array.isArray(expiringDays))
    throw new InvalidOptions('notices.expiringDays', 'a list of whole numbers of days from 1 to 365')
  for (const days of expiringDays) wholeNumber(days, 'notices.expiringDays', { least: 1, most: 365 })
  if (unusedDays !== undefined) wholeNumber(unusedDays, 'notices.unusedDays', { least: 1, most: 3_650 })
  if (onNotice !== undefined && typeof onNotice !== 'function')
    throw new InvalidOptions('notices.onNotice', 'a function that is given a notice')
  if (expiringDays.length === 0 && unusedDays === undefined)
    throw new InvalidOptions('notices', 'some expiringDays, or unusedDays: with neither, it would tell of no key')
  return {
    expiringDays: [...new Set(expiringDays)].sort((a, b) => a - b),
    unusedDays: unusedDays ?? null,
    onNotice: onNotice ?? null,
  }
}
