import type { Access } from '../access/index.js'
import type { TokenFormat } from '../crypto/index.js'
import type { KeyringDoor } from '../keyring/index.js'
import { type RequestFacts, type Requirements, readRequestId, requestFacts, type Verdict } from '../verify/index.js'
import { clientIp, type TrustProxy } from './client-ip.js'
import type { Candidate } from './early-refusal.js'
import type { GateTerms } from './gate-options.js'
import type { GateRequest } from './gate-request.js'
import type { MoreUnits } from './gate-verdict.js'

/** The facts of a request that is refused before its key is looked up. */
export function factsOf<A extends Access, R>(
  { format }: KeyringDoor,
  terms: GateTerms<A, R>,
  request: GateRequest,
  original: R,
): RequestFacts {
  const trusts = terms.trusts ?? requireTrusts(request)
  return requestFacts(clientIp(request, trusts), nameOf(terms, original, format))
}

export function requireTrusts({ trusts }: GateRequest): TrustProxy {
  if (trusts !== undefined) return trusts
  throw new TypeError('The request does not say which proxies its framework trusts.')
}

/** Gives what tells the host's name for a request. It is asked for where the request makes an event. */
export function namer<A extends Access, R>(
  terms: GateTerms<A, R>,
  original: R,
  format: TokenFormat,
): Requirements['requestId'] {
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

/** Verifies the credential of a request that passed once more, for more units. */
export async function verifyAgain(
  door: KeyringDoor,
  reading: Candidate,
  needs: Requirements,
  timeoutMs: number,
  units: MoreUnits,
): Promise<Verdict> {
  const plain = { ...needs, ...units, scopes: [], anyOf: null, resource: null, request: null }
  return door.verify(reading, plain, timeoutMs)
}
