import { departedNames } from '../access/index.js'
import { phcPrefix } from '../crypto/index.js'
import { type KnownPrefixes, reasonOf } from '../store/index.js'
import type { DoctorFinding } from './doctor-finding.js'
import type { DoctorParts } from './parts.js'
import { findBrokenPolicies } from './policy-findings.js'

const toleratedClockMs = 5_000
/** The newest keys, whose grants are compared with the access model. */
const newestKeys = 1_000
/** How many of them, and of the names, a message shows. */
const shown = 5

/**
 * Examines what a running keyring rests on: the store, its schema and grants, the peppers and seal keys that stored texts need,
 * the clock, the names in access grants. For start-up and health checks, not for each request: it reads thousands of keys.
 *
 * @returns what was found; nothing, if all is well. Never throws.
 */
export async function examine(parts: DoctorParts): Promise<readonly DoctorFinding[]> {
  const findings: DoctorFinding[] = []
  const { hasher, imports, reveal, store } = parts
  if (hasher.pepperIds.length === 0) {
    findings.push(
      warning('no_pepper', 'Keys are hashed without a pepper. Set hasher: hmacSha256({ current, peppers }).'),
    )
  }
  const slow = imports?.slowHasher?.prefixes ?? []
  const known: KnownPrefixes = {
    hashes: [...hasher.prefixes, ...slow, ...(imports === null ? [] : ['sha256:'])],
    seals: (reveal?.sealer.keyIds ?? []).map((keyId) => phcPrefix('aes-256-gcm', keyId)),
  }
  try {
    const found = await store.inspect(known)
    const {
      now,
      serverProblem,
      replicaProblem,
      schemaProblem,
      grantProblem,
      exposure,
      auditExposure,
      unlistedKeys,
      unreadableHashes,
      unreadableSeals,
      sampledKeys,
    } = found
    const among = typeof sampledKeys === 'number' ? ` of the ${sampledKeys} that were looked at` : ''
    if (typeof serverProblem === 'string')
      findings.push(error('outdated_server', `${serverProblem} Until then, every request is refused with 503.`))
    if (typeof replicaProblem === 'string') findings.push(warning('unused_replica', replicaProblem))
    if (schemaProblem !== null) findings.push(error('schema', schemaProblem))
    if (typeof grantProblem === 'string') findings.push(error('missing_grants', grantProblem))
    if (typeof exposure === 'string') findings.push(warning('exposed_tables', exposure))
    if (typeof auditExposure === 'string') findings.push(warning('exposed_audit', auditExposure))
    if (typeof unlistedKeys === 'string') findings.push(warning('unlisted_keys', unlistedKeys))
    if (unreadableHashes > 0) {
      const text = `Keys with a hash that no configured hasher or pepper can read: ${unreadableHashes}${among}. Their holders get 503.`
      findings.push(error('unreadable_hashes', `${text} Put the missing pepper back.`))
    }
    if (unreadableSeals > 0) {
      const text = `Keys sealed with a key that is not configured: ${unreadableSeals}${among}. They cannot be revealed.`
      findings.push(error('unreadable_seals', `${text} Put it back, or let rewrap() finish before it goes.`))
    }
    const differenceMs = Math.abs(Date.now() - now.getTime())
    if (differenceMs > toleratedClockMs) {
      const text = `This process's clock differs from the store's by ${Math.round(differenceMs / 1_000)} s.`
      findings.push(warning('clock_differs', `${text} Decisions use the store's; set this one right all the same.`))
    }
    // With other tables than it knows, without a right, or on a server that may be outdated, the store may answer nothing else.
    const isWhole = [serverProblem ?? null, schemaProblem, grantProblem ?? null].every((problem) => problem === null)
    if (isWhole) {
      findings.push(...(await findWrongPeppers(parts)), ...(await findUnknownNames(parts)))
      findings.push(...(await findBrokenPolicies(parts)))
    }
  } catch (cause) {
    findings.push(error('store_unavailable', `The store does not answer: ${reasonOf(cause)}`))
  }
  return findings
}

async function findWrongPeppers({ peppers }: DoctorParts): Promise<readonly DoctorFinding[]> {
  const wrong = await peppers.findWrong()
  const consequence = 'Until then, every request is refused with 503, and no key is made.'
  return wrong.map(({ message }) => error('wrong_pepper', `${message} ${consequence}`))
}

/** Names that left the access model: the keys that have them can do less than whoever made them meant. */
async function findUnknownNames({ access, store }: DoctorParts): Promise<readonly DoctorFinding[]> {
  const { records } = await store.list({ limit: newestKeys })
  const keysOf = new Map<string, string[]>()
  for (const { id, status, grants } of records) {
    if (status !== 'active' && status !== 'disabled') continue
    for (const name of departedNames(access, grants)) keysOf.set(name, [...(keysOf.get(name) ?? []), id])
  }
  if (keysOf.size === 0) return []
  const ids = new Set([...keysOf.values()].flat())
  const text = `Keys with names that the access model does not have: ${ids.size} of the newest ${records.length}, such as ${some(ids)}.`
  const advice = 'They give nothing: put them back, or take them off the keys.'
  return [warning('unknown_names', `${text} The names: ${some(keysOf.keys())}. ${advice}`)]
}

function some(names: Iterable<string>): string {
  const all = [...names]
  return `${all.slice(0, shown).join(', ')}${all.length > shown ? ' …' : ''}`
}

function error(code: DoctorFinding['code'], message: string): DoctorFinding {
  return { code, severity: 'error', message }
}

function warning(code: DoctorFinding['code'], message: string): DoctorFinding {
  return { code, severity: 'warning', message }
}
