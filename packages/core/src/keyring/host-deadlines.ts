import type { Access } from '../access/index.js'
import type { Hasher, Sealer } from '../crypto/index.js'
import { type InTime, inTimeOf, timedStore } from '../outage/index.js'
import { withDeadline } from '../values/index.js'
import type { ResolveOwner } from '../verify/index.js'
import type { KeyringParts } from './parts.js'

/**
 * The parts, with everything that verbs wait for under `manageTimeoutMs`: the store, the functions of the host, hashers, the
 * sealer. Verifications work with the parts as they are: each has a deadline as a whole.
 */
export function withDeadlines(parts: KeyringParts): KeyringParts {
  const {
    access,
    store,
    resolveOwner,
    plans,
    rateLimits,
    budgets,
    hasher,
    imports,
    reveal,
    usage,
    warnings,
    manageTimeoutMs,
  } = parts
  const inTime = inTimeOf(manageTimeoutMs)
  return Object.freeze({
    ...parts,
    access: timedRoles(access, inTime),
    store: timedStore(store, manageTimeoutMs, {
      failed: (error) => warnings?.failed('manage', error),
      worked: () => warnings?.worked('manage'),
    }),
    resolveOwner: timedOwner(resolveOwner, inTime),
    plans: { ...plans, of: (organizationId) => inTime('resolvePlan', () => plans.of(organizationId)) },
    rateLimits: {
      ...rateLimits,
      standard: (organizationId) => inTime('resolvePlan', () => rateLimits.standard(organizationId)),
    },
    hasher: timedHasher(hasher, inTime),
    imports: imports && { ...imports, slowHasher: imports.slowHasher && timedHasher(imports.slowHasher, inTime) },
    budgets: {
      hasShared: budgets.hasShared,
      ofKey: (key) => inTime('budgets', () => budgets.ofKey(key)),
      ofOwner: (owner) => inTime('budgets', () => budgets.ofOwner(owner)),
      ofOrganization: (id) => inTime('budgets', () => budgets.ofOrganization(id)),
    },
    // What is late was not written, and is counted later.
    usage: { ...usage, flush: () => withDeadline(usage.flush, manageTimeoutMs).catch(() => {}) },
    reveal: reveal && { ...reveal, sealer: timedSealer(reveal.sealer, inTime) },
  } satisfies KeyringParts)
}

/** `resolveOwner`, and the levels that it answers, under a deadline. */
function timedOwner(resolveOwner: ResolveOwner, inTime: InTime): ResolveOwner {
  if (resolveOwner === 'uncapped') return resolveOwner
  return async (owner) => {
    const answer = await inTime('resolveOwner', () => resolveOwner(owner))
    // A new answer, since it may be frozen, or of a class.
    const { scopes, roles, levels, levelsOf } = answer ?? {}
    if (typeof levelsOf === 'function') {
      return { scopes, roles, levelsOf: (type, ids) => inTime('levelsOf', async () => levelsOf(type, ids)) }
    }
    if (typeof levels === 'function') {
      return { scopes, roles, levels: (type, id) => inTime('levels', async () => levels(type, id)) }
    }
    return answer
  }
}

/** The access model, with its roles that are functions of the host's under a deadline. */
function timedRoles(access: Access, inTime: InTime): Access {
  const roles = [...access.roles].map(([name, role]): [string, typeof role] => [
    name,
    typeof role === 'function' ? (organizationId) => inTime(`role ${name}`, () => role(organizationId)) : role,
  ])
  return Object.freeze({ ...access, roles: new Map(roles) })
}

/** A sealer that seals and opens under a deadline. */
function timedSealer(sealer: Sealer, inTime: InTime): Sealer {
  return {
    get current() {
      return sealer.current
    },
    get keyIds() {
      return sealer.keyIds
    },
    seal: (plaintext, context) => inTime('sealer', () => sealer.seal(plaintext, context)),
    open: (sealed, context) => inTime('sealer', () => sealer.open(sealed, context)),
    keyIdOf: (sealed) => sealer.keyIdOf(sealed),
    sharesKeyWith: (hasher) => sealer.sharesKeyWith(hasher),
  }
}

/** A hasher that hashes under a deadline. */
function timedHasher(hasher: Hasher, inTime: InTime): Hasher {
  const { hashes } = hasher
  return {
    hash: (input) => inTime('hasher', () => hasher.hash(input)),
    verify: (stored, input) => inTime('hasher', () => hasher.verify(stored, input)),
    dummy: (input) => inTime('hasher', () => hasher.dummy(input)),
    ...(hashes === undefined ? {} : { hashes: (input) => hashes.call(hasher, input) }),
    currentPrefix: hasher.currentPrefix,
    prefixes: hasher.prefixes,
    pepperIds: hasher.pepperIds,
    sharesKeyWith: (key) => hasher.sharesKeyWith(key),
  }
}
