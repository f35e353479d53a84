import {
  isEnvironment,
  isNamespace,
  type ReadFormer,
  readFormerly,
  readSecretLength,
  type TokenFormat,
} from '../crypto/index.js'
import { InvalidOptions } from '../errors/index.js'

/** What tokens of a keyring look like, and which keys are whose. */
export interface Naming {
  /** What this process accepts, and issues by default. */
  readonly environment: string | null
  /** What new tokens of an environment begin with. */
  readonly namespaceOf: ReadonlyMap<string | null, string>
  /** The environment that a key belongs to now, by the one that is stored with it. What is not in it is not known. */
  readonly environmentOf: ReadonlyMap<string | null, string | null>
  readonly format: TokenFormat
}

type NamingOptions = Readonly<
  Partial<Record<'prefix' | 'environment' | 'environments' | 'secretLength' | 'formerly' | 'imports', unknown>>
>

/**
 * Reads what tokens begin with, in which environment, today and formerly.
 *
 * @throws {@link InvalidOptions}
 */
export function readNaming(options: NamingOptions): Naming {
  const { prefix, environment: own = null, environments: given, secretLength = 32, imports } = options
  if (typeof prefix !== 'string' || !isNamespace(prefix))
    throw new InvalidOptions('prefix', 'letters and digits such as tk')
  const environments: unknown = given ?? (own === null ? [] : [own])
  if (!Array.isArray(environments) || !environments.every(isEnvironment)) {
    throw new InvalidOptions('environments', 'a list of names such as live and test')
  }
  const environment = environments.find((name) => name === own) ?? null
  if (own !== environment || (own === null && environments.length > 0)) {
    throw new InvalidOptions('environment', 'one of environments')
  }

  const names: readonly (string | null)[] = environment === null ? [null] : environments
  const namespaceOf = new Map(names.map((name) => [name, name === null ? prefix : `${prefix}_${name}`]))
  if (![...namespaceOf.values()].every(isNamespace)) {
    throw new InvalidOptions('prefix', 'at most 40 characters, the environment included')
  }
  const length = readSecretLength(secretLength, 'secretLength')
  const former = readFormerly(options.formerly, length, InvalidOptions)
  const environmentOf = new Map([...namespaceOf.keys()].map((name) => [name, name]))
  const ownerOf = new Map([...namespaceOf].map(([name, namespace]) => [namespace, name]))
  for (const one of former) {
    const now = presentOf(one, [...namespaceOf.keys()])
    claim(environmentOf, one.environment, now, one, `keys of ${one.environment ?? 'no environment'}`)
    claim(ownerOf, one.namespace, now, one, `tokens that begin with ${one.namespace}_`)
  }
  // That of today comes first: it was claimed first.
  const accepted = [...ownerOf.keys()].filter((namespace) => ownerOf.get(namespace) === environment)
  const format = Object.freeze({
    namespaces: Object.freeze(accepted),
    foreign: Object.freeze([...ownerOf.keys()].filter((namespace) => !accepted.includes(namespace))),
    secretLength: Object.freeze([...new Set([length, ...former.map((one) => one.secretLength)])]),
    opaque: imports !== undefined,
  })
  return { environment, namespaceOf, environmentOf, format }
}

/** The environment of today that keys of a former format belong to. */
function presentOf({ at, environment, belongsTo }: ReadFormer, present: readonly (string | null)[]): string | null {
  const [only = null, ...others] = present
  const now = belongsTo ?? (present.includes(environment) ? environment : others.length === 0 ? only : undefined)
  if (now !== undefined && present.includes(now)) return now
  const those = present.map((name) => name ?? 'none').join(', ')
  const message = `Option ${at}.belongsTo must say which of the environments these keys belong to now: ${those}.`
  throw new InvalidOptions(`${at}.belongsTo`, `one of ${those}`, message)
}

/** Notes whose something is. Two owners would make one process accept what belongs to the other. */
function claim<K>(owners: Map<K, string | null>, key: K, owner: string | null, { at }: ReadFormer, what: string): void {
  const before = owners.get(key)
  if (before !== undefined && before !== owner) {
    const message = `Option ${at} must not give ${what} to ${owner ?? 'no environment'}: they belong to ${before ?? 'no environment'}.`
    throw new InvalidOptions(at, 'a format of one environment', message)
  }
  owners.set(key, owner)
}
