import type { AuditType, KeyringEvent } from '@keywright/core'
import type { Instruments } from './instruments.js'

// The compiler refuses tables that forget one, or have one that is no more.
export const eventTypes: { readonly [T in KeyringEvent['type']]: true } = {
  'api_key.verify_failed': true,
  'api_key.used_after_revocation': true,
  'api_key.exposed_in_url': true,
  'api_key.sent_in_clear': true,
  'api_key.leak_reported': true,
  'api_key.quarantine_failed': true,
  'api_key.damaged': true,
  'api_key.previous_token_used': true,
  'api_key.delegated': true,
  'api_key.unknown_scope': true,
  'api_key.reveal_failed': true,
  'api_key.rehash_failed': true,
  'api_key.notice_failed': true,
  'api_key.delivery_failed': true,
  'hasher.wrong_pepper': true,
  'api_key.guessed_at': true,
  'api_key.rate_limited': true,
  'api_key.budget_exhausted': true,
  'cache.used': true,
  'cache.bypassed': true,
  'cache.not_told': true,
  'usage.not_written': true,
  'usage.dropped': true,
  'keyring.outage_began': true,
  'keyring.outage_ended': true,
  'store.replica_used': true,
  'store.replica_left': true,
}
export const changeTypes: { readonly [T in Extract<AuditType, `api_key.${string}`>]: true } = {
  'api_key.created': true,
  'api_key.imported': true,
  'api_key.renamed': true,
  'api_key.settings_changed': true,
  'api_key.scopes_changed': true,
  'api_key.grants_changed': true,
  'api_key.limits_changed': true,
  'api_key.enabled': true,
  'api_key.disabled': true,
  'api_key.revoked': true,
  'api_key.end_scheduled': true,
  'api_key.deleted': true,
  'api_key.rotated': true,
  'api_key.rotation_grace_ended': true,
  'api_key.transferred': true,
  'api_key.leak_reported': true,
  'api_key.rotation_scheduled': true,
  'api_key.delivered': true,
  'api_key.revealed': true,
}
const outageReasons = ['store', 'owner', 'resource', 'hash', 'limits', 'budgets', 'proof', 'timeout', 'keyring', 'mcp']

/**
 * Begins the counters of what is rare at zero. A series that began with the first event would begin at one, and no query over its
 * increase, so no alert, would ever see that event.
 */
export function beginAtZero({ events, changes, outages }: Instruments): void {
  for (const type of Object.keys(eventTypes)) events.add(0, { 'keywright.event': type })
  for (const type of Object.keys(changeTypes)) changes.add(0, { 'keywright.change': type })
  for (const reason of outageReasons) outages.add(0, { 'keywright.reason': reason })
}
