import { InvalidOptions } from '../errors/index.js'
import { didYouMean } from './did-you-mean.js'
import type { Invalid } from './whole-number.js'

/** The names of the fields of `T`. The compiler refuses a table that forgets one, or has one too many. */
export type NamesOf<T> = { readonly [K in keyof Required<T>]: true }

/** Where {@link checkNames} looks, and what it throws. */
export interface CheckNamesOptions {
  /** What the fields belong to, such as `cache`; left out at the top. */
  readonly at?: string
  /** @defaultValue InvalidOptions */
  readonly Invalid?: Invalid
  /** Fields that must not be given as `undefined`: for them, leaving out and saying nothing differ. @defaultValue none */
  readonly defined?: readonly string[]
}

/** Whether what an object holds are its fields: a list, a Map or a promise would pass for an object without any. */
function hasFields(value: object): boolean {
  if (Object.getPrototypeOf(value) === Object.prototype) return true
  return ['[object Object]', '[object Module]'].includes(Object.prototype.toString.call(value))
}

/**
 * Refuses an object with a field that nobody knows: a misspelt bound must not become "no bound". JavaScript is a caller, too.
 *
 * @param names - The fields that there are.
 * @throws InvalidOptions, or the class given, naming the field and the one that is near it.
 */
export function checkNames(
  value: unknown,
  names: Readonly<Record<string, true>>,
  { at = '', Invalid = InvalidOptions, defined = [] }: CheckNamesOptions = {},
): void {
  const prefix = at === '' ? '' : `${at}.`
  if (typeof value !== 'object' || value === null || !hasFields(value)) {
    throw new Invalid(at === '' ? 'options' : at, `an object with some of: ${Object.keys(names).join(', ')}`)
  }
  const fields = value as Readonly<Record<string, unknown>> // an object, as was just asked
  // Not Object.keys, which would make a list for each verification.
  for (const name in fields) {
    if (!Object.hasOwn(fields, name)) continue
    if (!Object.hasOwn(names, name)) {
      const shown = `${prefix}${/^[\w$-]{1,40}$/.test(name) ? name : '(unreadable)'}`
      const hint = didYouMean(name, Object.keys(names), prefix) ?? `There are: ${Object.keys(names).join(', ')}.`
      throw new Invalid(shown, 'left out: it is unknown', `Unknown option ${shown}. ${hint}`)
    }
    if (fields[name] === undefined && defined.includes(name)) {
      const message = `Option ${prefix}${name} must not be undefined: leave it out to say nothing, so that a value that got lost is noticed.`
      throw new Invalid(`${prefix}${name}`, 'a value, or left out', message)
    }
  }
}
