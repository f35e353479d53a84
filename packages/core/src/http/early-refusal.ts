import type { CredentialReading } from '../credential/index.js'
import type { Refusal } from '../verdict/index.js'
import type { KeyringEvent, RequestFacts } from '../verify/index.js'
import type { Passage } from './require-https.js'

/** The reading of a request with a credential that could be a key. */
export type Candidate = Extract<CredentialReading, { verdict: 'candidate' }>

/** The reading of a request that is refused before the keyring looks for a key. */
export type NoCandidate = Exclude<CredentialReading, Candidate>

/** Returns the refusal of a request without a credential that could be a key. */
export function refusalOf(reading: NoCandidate): Refusal {
  if (reading.verdict === 'none') return { code: 'api_key_missing' }
  if (reading.verdict === 'invalid_request') return { code: 'api_key_malformed', reason: reading.reason }
  return { code: 'api_key_invalid', reason: reading.reason, keyId: null }
}

/** An event of a request whose key was not looked up. */
export type EarlyEvent = Extract<KeyringEvent, RequestFacts & { readonly keyId: string | null }>

/** Returns the events for a credential that is refused before the keyring looks it up. */
export function eventsOf(reading: NoCandidate): readonly EarlyEvent[] {
  if (reading.verdict === 'none') return []
  const { code } = refusalOf(reading)
  const keyId = reading.verdict === 'invalid_request' ? (reading.exposedKeyId ?? null) : null
  const failed: EarlyEvent = { type: 'api_key.verify_failed', code, reason: reading.reason, keyId }
  return reading.reason === 'key_in_url' ? [{ type: 'api_key.exposed_in_url', keyId }, failed] : [failed]
}

/** Returns the events for a key that did not come here in private. What cannot be known is not told as if the key were lost. */
export function passageEvents(passage: Exclude<Passage, 'private'>, keyId: string | null): readonly EarlyEvent[] {
  const type = 'api_key.verify_failed'
  if (passage === 'unclear') return [{ type, code: 'auth_unavailable', reason: 'unnamed_proxy', keyId }]
  const failed: EarlyEvent = { type, code: 'api_key_sent_in_clear', reason: 'in_clear', keyId }
  return [{ type: 'api_key.sent_in_clear', keyId }, failed]
}
