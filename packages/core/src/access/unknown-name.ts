import { didYouMean } from '../check/index.js'
import { ScopeUnknown } from '../errors/index.js'

/** The most names that a misspelt one is compared with. */
const mostCompared = 1_000

/** Makes the error for a name that the access model does not have, with the name of the model that was probably meant. */
export function unknownName(field: string, given: string, names: Iterable<string>): ScopeUnknown {
  const known = [...names].slice(0, mostCompared)
  const meant = given.includes('*') ? new Set(known.flatMap(wildcardsOver)) : known
  return new ScopeUnknown(field, given, didYouMean(given, [...meant]) ?? undefined)
}

/** `a.b.c` is in `a.*` and `a.b.*`. */
function wildcardsOver(scope: string): string[] {
  const parts = scope.split('.')
  return parts.slice(1).map((_, at) => `${parts.slice(0, at + 1).join('.')}.*`)
}
