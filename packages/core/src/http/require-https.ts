import { fieldEntries, isForwardingField } from '../credential/index.js'
import { walkBack } from './client-ip.js'
import type { GateRequest } from './gate-request.js'
import type { TrustProxy } from './proxy-types.js'
import { isLoopback } from './trusted-proxies.js'

/**
 * How a key came here: encrypted or from this machine, in clear, or through a proxy that nobody named, so that it cannot be known.
 */
export type Passage = 'private' | 'in_clear' | 'unclear'

/**
 * Tells how a request came here. What a trusted proxy says takes precedence over the socket, because the client is on the other
 * side of it; of several, the one counts that the client itself spoke to. A proxy on this machine is believed without being
 * named, about the scheme alone. From anybody else, `X-Forwarded-Proto: https` proves nothing.
 */
export function passageOf(
  request: Pick<GateRequest, 'fields' | 'remoteAddress' | 'encrypted'>,
  trusts: TrustProxy,
): Passage {
  const { remoteAddress = '', encrypted = false, fields } = request
  const schemes = fieldEntries(fields, 'x-forwarded-proto').map((scheme) => scheme.toLowerCase())
  const isNamed = trusts(remoteAddress, 0)
  const isLocal = isLoopback(remoteAddress)
  if (!isNamed && !isLocal) {
    if (encrypted) return 'private'
    return schemes.includes('https') ? 'unclear' : 'in_clear'
  }
  if (schemes.length > 0) {
    const { proxies } = walkBack(request, (address, hop) => hop === 0 || trusts(address, hop))
    // Each proxy adds what it saw. Entries before those are the client's own; with fewer, not every proxy added one.
    return schemes[Math.max(0, schemes.length - proxies)] === 'https' ? 'private' : 'in_clear'
  }
  if (encrypted || (isLocal && !fields.some(([name]) => isForwardingField(name)))) return 'private'
  return isNamed ? 'in_clear' : 'unclear'
}
