import { checkNames, type NamesOf } from '../check/index.js'
import type { LeakedDelegate } from '../credential/index.js'
import { InvalidInput } from '../errors/index.js'
import { checkManageOptions, type ManageOptions } from '../input/index.js'
import { organizationOf } from '../store/index.js'
import type { Actor, Key } from '../values/index.js'
import { endToken, type TokenEnd, type TokenEnding } from './end-token.js'
import { findByToken, soughtToken } from './find-by-token.js'
import { findDelegate } from './find-delegate.js'
import { requireToken, shownName, shownUrl } from './finding.js'
import type { LeakParts } from './parts.js'

/** Where a token was found, and what is to become of its key. */
export interface LeakReport {
  /**
   * `revoke` ends the key for good. `quarantine` disables it, with the reason `leaked` and locked: its owner cannot enable it, and
   * somebody who may manage all keys can. @defaultValue 'revoke'
   */
  readonly action?: 'revoke' | 'quarantine' | undefined
  /** Who found it, or where, in a word or two: `github`, `ci logs`. At most 64 characters. @defaultValue none */
  readonly source?: string | undefined
  /**
   * The address of the finding. The log gets scheme, host and path: no user, no query, and nothing that could be a token.
   * @defaultValue none
   */
  readonly url?: string | undefined
}

const reportNames: NamesOf<LeakReport> = { action: true, source: true, url: true }

/** Who reports, for the audit log. */
export type LeakOptions = Pick<ManageOptions, 'actor' | 'context'>

const optionNames: NamesOf<LeakOptions> = { actor: true, context: true }

/** What became of a token that was reported: nothing is said of one that no key has. */
export type LeakOutcome = { readonly outcome: 'unknown' } | TokenEnd | DelegateFound

/**
 * The token was delegated, and works until `delegation.expiresAt`. Its key stays: it did not leak, and whoever was given the token must
 * not be able to end it. To end all delegated tokens of the key now, rotate it without a grace, or disable it.
 */
export interface DelegateFound {
  readonly outcome: 'delegate_found'
  readonly key: Key
  readonly delegation: LeakedDelegate
}

const reporter: Actor = Object.freeze({ type: 'system', id: 'leak_report' })

/** See `Keyring.reportLeak`. */
export async function reportLeak(
  parts: LeakParts,
  given: string,
  report: LeakReport,
  options: LeakOptions,
): Promise<LeakOutcome> {
  const token = requireToken(given)
  checkNames(report, reportNames, { Invalid: InvalidInput, defined: ['action'] })
  checkNames(options, optionNames, { Invalid: InvalidInput, defined: ['actor'] })
  checkManageOptions(options)
  const { action = 'revoke' } = report
  if (action !== 'revoke' && action !== 'quarantine') throw new InvalidInput('action', "'revoke' or 'quarantine'")
  const place = placeOf(report, token)
  const ending: TokenEnding = { action, reason: 'leaked', report: { type: 'api_key.leak_reported', data: place } }
  const sought = soughtToken(parts, token)
  if (sought === null) return reportDelegate(parts, token, place)
  const { found, match } = await findByToken(parts, sought, null)
  if (found === null || match === null) return { outcome: 'unknown' }
  const ended = await endToken(parts, found.record.id, sought, ending, { actor: reporter, ...options })
  if (ended === null) return { outcome: 'unknown' }
  tellLeak(parts, ended, place)
  return ended
}

/** A delegated token has no row that could end. It is told: nothing was changed, so there is no record. */
async function reportDelegate(parts: LeakParts, token: string, place: Place): Promise<LeakOutcome> {
  const known = await findDelegate(parts, token)
  if (known === null) return { outcome: 'unknown' }
  const { key, live } = known
  const outcome =
    live === null
      ? { outcome: 'unchanged' as const, key }
      : { outcome: 'delegate_found' as const, key, delegation: live }
  tellLeak(parts, outcome, place)
  return outcome
}

/** What of a report may stand in logs. */
interface Place {
  readonly source?: string
  readonly url?: string
}

function placeOf({ source, url }: LeakReport, token: string): Place & Readonly<Record<string, string>> {
  const named = shownName(source, token)
  const shown = shownUrl(url, token)
  return { ...(named === null ? {} : { source: named }), ...(shown === null ? {} : { url: shown }) }
}

/** Each report is told, also of a key that has ended: what changes nothing has no record. */
export function tellLeak({ emit }: LeakParts, told: TokenEnd | DelegateFound, place: Place): void {
  const { outcome, key } = told
  emit({
    type: 'api_key.leak_reported',
    keyId: key.id,
    organizationId: organizationOf(key.owner),
    outcome,
    ...('delegation' in told ? { delegation: told.delegation } : {}),
    ...place,
  })
}
