import type { Access } from '../access/index.js'
import type { TokenFormat } from '../crypto/index.js'
import type { KeyringDoor } from '../keyring/index.js'
import { readRequestId, requestFacts } from '../verify/index.js'
import { clientIp } from './client-ip.js'
import type { EarlyEvent } from './early-refusal.js'
import type { GateTerms } from './gate-options.js'
import type { GateRequest } from './gate-request.js'
import { requireTrusts } from './trusted-proxies.js'

/** Tells the host of a request that is refused before its key is looked up. */
export function tell<A extends Access, R>(
  { format, notify }: KeyringDoor,
  terms: GateTerms<A, R>,
  request: GateRequest,
  original: R,
  events: readonly EarlyEvent[],
): void {
  if (events.length === 0) return
  const facts = requestFacts(clientIp(request, terms.trusts ?? requireTrusts(request)), nameOf(terms, original, format))
  for (const event of events) notify({ ...event, ...facts })
}

/** Gives what tells the host's name for a request. It is asked for where the request makes an event. */
export function namer<A extends Access, R>(
  terms: GateTerms<A, R>,
  original: R,
  format: TokenFormat,
): () => string | null {
  return terms.requestId === null ? noName : () => nameOf(terms, original, format)
}

const noName = () => null

/** The host's name for a request. What it cannot name goes without: a log line less is no reason to refuse. */
function nameOf<A extends Access, R>({ requestId }: GateTerms<A, R>, original: R, format: TokenFormat): string | null {
  if (requestId === null) return null
  try {
    return readRequestId(requestId(original), format)
  } catch {
    return null
  }
}
