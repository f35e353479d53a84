import { type PolicyBreach, PolicyViolated } from '../errors/index.js'
import type { KeyRecord } from '../values/index.js'
import type { KeyPolicy } from './key-policy.js'

/** What policies look at. */
export type HeldKey = Pick<KeyRecord, 'createdAt' | 'expiresAt' | 'ipAllowList'>

/** Tests whether a key breaks a policy. Stores list by the same rules. An end that cannot be read breaks each bound. */
export function breaksPolicy(key: HeldKey, policy: KeyPolicy): boolean {
  return isWithoutEnd(key, policy) || isTooLong(key, policy) || isOpen(key, policy)
}

/**
 * Refuses a key that breaks a policy.
 *
 * @param change - The key as it would be, and as it was before an update: what breaks the policy no more than before is let through,
 * so that a key from before the policy can be renamed, and brought nearer to its end. `before: null`: the key must meet all of it.
 * @param now - By the store's clock.
 * @throws {@link PolicyViolated} with each field that breaks it.
 */
export function requirePolicy(
  { after, before }: { readonly after: HeldKey; readonly before: HeldKey | null },
  policy: KeyPolicy,
  now: Date,
): void {
  const breaches = [
    ...(before !== null && !endsLater(after, before) ? [] : breachesOfEnd(after, policy, now)),
    ...(isOpen(after, policy) && before?.ipAllowList !== null ? [openToAll] : []),
  ]
  if (breaches.length > 0) throw new PolicyViolated(breaches)
}

/** When a new key ends whose end was left out: never later than its policy allows, if that lies ahead. `null`: never. */
export function defaultEnd(
  { defaultLifetimeMs, maxLifetimeMs }: KeyPolicy,
  { createdAt, now }: { readonly createdAt: Date; readonly now: Date },
): Date | null {
  if (defaultLifetimeMs === null) return null
  const end = now.getTime() + defaultLifetimeMs
  const latest = createdAt.getTime() + (maxLifetimeMs ?? Number.POSITIVE_INFINITY)
  // Where its time was over before it came here, the policy is to say so.
  return new Date(latest > now.getTime() ? Math.min(end, latest) : end)
}

function isWithoutEnd({ expiresAt }: HeldKey, { maxLifetimeMs, requireExpiry }: KeyPolicy): boolean {
  return expiresAt === null && (requireExpiry || maxLifetimeMs !== null)
}

function isTooLong({ createdAt, expiresAt }: HeldKey, { maxLifetimeMs }: KeyPolicy): boolean {
  if (maxLifetimeMs === null || expiresAt === null) return false
  return !(expiresAt.getTime() <= createdAt.getTime() + maxLifetimeMs)
}

function isOpen({ ipAllowList }: HeldKey, { requireIpAllowList }: KeyPolicy): boolean {
  return requireIpAllowList && ipAllowList === null
}

const openToAll: PolicyBreach = {
  field: 'ipAllowList',
  rule: 'requireIpAllowList',
  expected: 'a list of the addresses that may use the key',
}

function breachesOfEnd(key: HeldKey, policy: KeyPolicy, now: Date): readonly PolicyBreach[] {
  const { maxLifetimeMs } = policy
  if (!isWithoutEnd(key, policy) && !isTooLong(key, policy)) return []
  if (maxLifetimeMs === null)
    return [{ field: 'expiresAt', rule: 'requireExpiry', expected: 'there: no key is without an end' }]
  const latest = new Date(key.createdAt.getTime() + maxLifetimeMs)
  const bound = `no later than ${textOf(latest)}, which is ${inWords(maxLifetimeMs)} after the creation of the key`
  const isPast = !(now.getTime() < latest.getTime())
  const expected = isPast ? `${bound}, and has passed: make another key in its place` : bound
  return [{ field: 'expiresAt', rule: 'maxLifetimeMs', expected }]
}

function endsLater({ expiresAt }: HeldKey, { expiresAt: before }: HeldKey): boolean {
  if (before === null) return false
  return expiresAt === null || !(expiresAt.getTime() <= before.getTime())
}

function textOf(instant: Date): string {
  return Number.isNaN(instant.getTime()) ? 'an instant that cannot be read' : instant.toISOString()
}

const units = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1_000, 'second'],
  [1, 'millisecond'],
] as const

function inWords(ms: number): string {
  const [unitMs, unit] = units.find(([each]) => ms % each === 0) ?? [1, 'millisecond']
  const count = ms / unitMs
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
