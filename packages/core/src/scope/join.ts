import { toNormalForm } from './normalize.js'
import { parsePatterns } from './parse-patterns.js'

/**
 * Returns the union of two scope sets, in normal form.
 *
 * @throws {@link InvalidInput} when a pattern is malformed (the field is its place, such as `a[2]`), or when the union has more
 * than 2000 patterns.
 */
export function join(a: readonly string[], b: readonly string[]): string[] {
  return toNormalForm([...parsePatterns(a, 'a'), ...parsePatterns(b, 'b')], 'b')
}
