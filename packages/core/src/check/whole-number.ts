import { type InvalidInput, InvalidOptions } from '../errors/index.js'

/** The class of the error to throw: `InvalidOptions` for a start-up option, `InvalidInput` for an argument of a call. */
export type Invalid = typeof InvalidOptions | typeof InvalidInput

/** The allowed range of {@link wholeNumber}, and the class of its error. */
export interface WholeNumberRange {
  /** The lowest value allowed. */
  readonly least: number
  /** The highest value allowed. @defaultValue no upper bound */
  readonly most?: number
  /** @defaultValue InvalidOptions */
  readonly Invalid?: Invalid
}

/**
 * Returns `value` if it is a whole number within the range.
 *
 * @param field - The name for the error. If it ends in `Ms`, the message says "whole milliseconds".
 * @throws {@link InvalidOptions}, or the class in `Invalid`, when the value is anything else.
 */
export function wholeNumber(
  value: unknown,
  field: string,
  { least, most, Invalid = InvalidOptions }: WholeNumberRange,
): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= (most ?? value))
    return value
  const what = /Ms$/.test(field) ? 'whole milliseconds' : 'a whole number'
  throw new Invalid(field, most === undefined ? `${what}, ${least} or more` : `${what} from ${least} to ${most}`)
}
