import {
  type Access,
  isKnownScope,
  type LevelsOf,
  type ScopeOf,
  type ScopePattern,
  unknownName,
} from '../access/index.js'
import { checkNames, type NamesOf, wholeNumber } from '../check/index.js'
import { InvalidInput } from '../errors/index.js'
import { checkId, inputLimits } from '../input/index.js'
import { parseScope } from '../scope/index.js'
import { isRecord } from '../values/index.js'

/** What a token is given of what its principal can do. */
export interface DelegateInput<A extends Access = Access> {
  /**
   * Scopes of the catalog, or wildcards over it: what the token can do at most, on resources, too. `['*']` is everything that the
   * principal has, but for sensitive scopes, which must be named; `[]` is nothing.
   */
  readonly scopes: readonly ScopePattern<ScopeOf<A>>[]
  /**
   * The only resources that it reaches, by type: `{ board: ['b1'] }`. A type that is left out is as wide as the principal's, as far
   * as `scopes` reach. @defaultValue all
   */
  readonly resources?: { readonly [K in keyof LevelsOf<A>]?: readonly string[] }
  /** How long it lives, in milliseconds, 1000 to `maxTtlMs`. @defaultValue 300000, or `maxTtlMs` if that is less */
  readonly ttlMs?: number | undefined
}

/** {@link DelegateInput}, checked, in copies. */
export interface CheckedInput {
  readonly scopes: readonly string[]
  readonly resources: ReadonlyMap<string, readonly string[]>
  readonly ttlMs: number
}

const names: NamesOf<DelegateInput> = { scopes: true, resources: true, ttlMs: true }
const usualTtlMs = 300_000

/** @throws InvalidInput, naming the field; ScopeUnknown. */
export function checkDelegateInput(access: Access, input: unknown, maxTtlMs: number): CheckedInput {
  checkNames(input, names, { Invalid: InvalidInput, defined: ['scopes', 'resources'] })
  const { scopes, resources = {}, ttlMs = Math.min(usualTtlMs, maxTtlMs) } = input as Partial<Record<string, unknown>> // each is checked
  return {
    scopes: checkScopes(access, scopes),
    resources: checkResources(access, resources),
    ttlMs: wholeNumber(ttlMs, 'ttlMs', { least: 1_000, most: maxTtlMs, Invalid: InvalidInput }),
  }
}

function checkScopes(access: Access, scopes: unknown): readonly string[] {
  const { most } = inputLimits.scopes
  if (!Array.isArray(scopes) || scopes.length > most) {
    throw new InvalidInput('scopes', `a list of at most ${most} scopes: ['*'] for all that the principal has`)
  }
  const checked = Array.from(scopes, (scope: unknown, index) => {
    const parsed = parseScope(typeof scope === 'string' ? scope : '')
    if (!parsed.ok)
      throw new InvalidInput(`scopes[${index}]`, 'a scope from the catalog, or a wildcard such as members.*')
    if (!isKnownScope(access, parsed.scope)) throw unknownName(`scopes[${index}]`, parsed.scope, access.scopes.keys())
    return parsed.scope
  })
  return [...new Set(checked)]
}

function checkResources(access: Access, resources: unknown): CheckedInput['resources'] {
  const { most } = inputLimits.resources
  if (!isRecord(resources)) throw new InvalidInput('resources', 'an object with a list of ids for each resource type')
  return new Map(
    Object.entries(resources).map(([type, ids]) => {
      if (!access.resources.has(type)) throw unknownName('resources', type, access.resources.keys())
      if (!Array.isArray(ids) || ids.length > most) {
        throw new InvalidInput(`resources.${type}`, `a list of at most ${most} ids`)
      }
      return [type, [...new Set(Array.from(ids, (id: unknown, at) => checkId(id, `resources.${type}[${at}]`)))]]
    }),
  )
}
