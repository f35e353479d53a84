import { phcPrefix } from '../crypto/index.js'
import type { KnownPrefixes } from '../store/index.js'
import type { Settings } from './options.js'

/** Something that the operator should know, or do. */
export interface Finding {
  readonly code:
    | 'store_unavailable'
    | 'schema'
    | 'unreadable_hashes'
    | 'unreadable_seals'
    | 'no_pepper'
    | 'clock_differs'
  /** `error`: requests fail, or will. */
  readonly severity: 'error' | 'warning'
  readonly message: string
}

const toleratedClockMs = 5_000

/**
 * Examines what a running keyring rests on: the store, its schema, the peppers and seal keys that stored texts need, the
 * clock. For start-up and health checks; reads every key once, so not for each request (HASH-5, ENC-4, FI-28).
 *
 * @returns what was found; nothing, if all is well. Never throws.
 */
export async function examine(settings: Settings): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  const { hasher, imports, reveal, store } = settings
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
    const { now, schemaProblem, unreadableHashes, unreadableSeals } = await store.inspect(known)
    if (schemaProblem !== null) findings.push(error('schema', schemaProblem))
    if (unreadableHashes > 0) {
      const text = `Keys with a hash that no configured hasher or pepper can read: ${unreadableHashes}. Their holders get 503.`
      findings.push(error('unreadable_hashes', `${text} Put the missing pepper back.`))
    }
    if (unreadableSeals > 0) {
      const text = `Keys sealed with a key that is not configured: ${unreadableSeals}. They cannot be revealed.`
      findings.push(error('unreadable_seals', `${text} Put it back, or let rewrap() finish before it goes.`))
    }
    const differenceMs = Math.abs(Date.now() - now.getTime())
    if (differenceMs > toleratedClockMs) {
      const text = `This process's clock differs from the store's by ${Math.round(differenceMs / 1_000)} s.`
      findings.push(warning('clock_differs', `${text} Decisions use the store's; set this one right all the same.`))
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.name : 'an unknown fault'
    findings.push(error('store_unavailable', `The store does not answer (${reason}).`))
  }
  return findings
}

function error(code: Finding['code'], message: string): Finding {
  return { code, severity: 'error', message }
}

function warning(code: Finding['code'], message: string): Finding {
  return { code, severity: 'warning', message }
}
