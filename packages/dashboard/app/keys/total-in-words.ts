import type { Formats } from '../state/formats.js'
import type { KeyPages } from './use-key-pages.js'

/** "42", or "10,000+" where there are more than the API counts. */
export function totalInWords(total: NonNullable<KeyPages['total']>, formats: Formats): string {
  return `${formats.number(total.count)}${total.exact ? '' : '+'}`
}
