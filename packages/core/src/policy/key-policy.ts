import { checkNames, type NamesOf, wholeNumber } from '../check/index.js'
import { InvalidOptions } from '../errors/index.js'

/** What keys must be like to be made, changed or enabled: for all keys of a keyring, or for those of a plan. */
export interface PolicyInput {
  /**
   * How long after its creation a key may end at the latest, in milliseconds. A key that never ends is then refused, too. Neither an
   * update nor a rotation begins a key's time anew: make another key in its place. @defaultValue keys may live for ever
   */
  readonly maxLifetimeMs?: number | undefined
  /**
   * After how many milliseconds a new key ends whose `expiresAt` is left out. Not where it is `null`, which says "never".
   * @defaultValue it never ends
   */
  readonly defaultLifetimeMs?: number | undefined
  /** Whether each key must have an `expiresAt`. @defaultValue false */
  readonly requireExpiry?: boolean | undefined
  /** Whether each key must have an `ipAllowList`. What stands in it is not looked at. @defaultValue false */
  readonly requireIpAllowList?: boolean | undefined
}

/** A policy, with each of its rules. */
export interface KeyPolicy {
  /** `null`: any. */
  readonly maxLifetimeMs: number | null
  /** `null`: none. */
  readonly defaultLifetimeMs: number | null
  readonly requireExpiry: boolean
  readonly requireIpAllowList: boolean
}

const inputNames: NamesOf<PolicyInput> = {
  maxLifetimeMs: true,
  defaultLifetimeMs: true,
  requireExpiry: true,
  requireIpAllowList: true,
}

/** A hundred years: an end after that is no end. */
const lifetimes = { least: 1, most: 36_525 * 86_400_000 }

/**
 * Reads a policy; without one, everything is allowed.
 *
 * @throws {@link InvalidOptions}, naming the field.
 */
export function readPolicy(input: unknown, field: string): KeyPolicy {
  checkNames(input ?? {}, inputNames, { at: field })
  if (input === null) throw new InvalidOptions(field, 'an object, or left out')
  const { maxLifetimeMs, defaultLifetimeMs, ...required } = (input ?? {}) as Partial<Record<string, unknown>> // each is checked here
  const lifetime = (value: unknown, name: string): number | null =>
    value === undefined ? null : wholeNumber(value, `${field}.${name}`, lifetimes)
  const policy = {
    maxLifetimeMs: lifetime(maxLifetimeMs, 'maxLifetimeMs'),
    defaultLifetimeMs: lifetime(defaultLifetimeMs, 'defaultLifetimeMs'),
    requireExpiry: flag(required.requireExpiry, `${field}.requireExpiry`),
    requireIpAllowList: flag(required.requireIpAllowList, `${field}.requireIpAllowList`),
  }
  if ((policy.defaultLifetimeMs ?? 0) > (policy.maxLifetimeMs ?? Number.POSITIVE_INFINITY))
    throw new InvalidOptions(`${field}.defaultLifetimeMs`, `at most maxLifetimeMs, ${policy.maxLifetimeMs}`)
  return policy
}

function flag(value: unknown, field: string): boolean {
  if (value !== undefined && typeof value !== 'boolean') throw new InvalidOptions(field, 'a boolean')
  return value === true
}

/** Joins two policies: of each rule, the stricter holds. The first one's default lifetime goes before that of the second. */
export function stricterPolicy(first: KeyPolicy, second: KeyPolicy): KeyPolicy {
  const [max, other] = [first.maxLifetimeMs, second.maxLifetimeMs]
  return {
    maxLifetimeMs: max === null || other === null ? (max ?? other) : Math.min(max, other),
    defaultLifetimeMs: first.defaultLifetimeMs ?? second.defaultLifetimeMs,
    requireExpiry: first.requireExpiry || second.requireExpiry,
    requireIpAllowList: first.requireIpAllowList || second.requireIpAllowList,
  }
}

/** Whether a policy refuses any key. */
export function refusesAny({ maxLifetimeMs, requireExpiry, requireIpAllowList }: KeyPolicy): boolean {
  return maxLifetimeMs !== null || requireExpiry || requireIpAllowList
}
