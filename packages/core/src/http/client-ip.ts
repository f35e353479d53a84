import { isIPv4 } from 'node:net'
import { fieldEntries } from '../credential/index.js'
import { formatIpRange, parsePeer } from '../ip/index.js'
import type { ClientIpInput, ProxyWalk, TrustProxy } from './proxy-types.js'

/** Trusts no proxy. */
export const trustNobody: TrustProxy = () => false

/**
 * Tells the client's address in its normal form, or `null` where it is unknown: the first one, going back from the socket,
 * that is not a trusted proxy. What a client writes into `X-Forwarded-For` stands farther back than what our own proxies
 * add, and is never reached.
 *
 * An entry may be `ip`, `ip:port`, `[ipv6]` or `[ipv6]:port`. Any other that is reached (`unknown`, a name, nothing between two
 * commas), and a proxy that tells nothing, make the address unknown: a proxy's own address is never given out for a client's.
 *
 * @param trusts - What `readTrustedProxies` made of the option. If it trusts nobody, `X-Forwarded-For` is not read.
 */
export function clientIp(input: ClientIpInput, trusts: TrustProxy): string | null {
  return walkBack(input, trusts).client
}

/** Goes back from the socket, through trusted proxies, to the client. */
export function walkBack({ remoteAddress, fields }: ClientIpInput, trusts: TrustProxy): ProxyWalk {
  if (!trusts(remoteAddress ?? '', 0)) return { client: normalIp(remoteAddress), proxies: 0 }
  let client: string | null = null
  let proxies = 1
  for (const [index, entry] of fieldEntries(fields, 'x-forwarded-for').reverse().entries()) {
    proxies = index + 1
    client = normalIp(entry)
    if (client === null || !trusts(client, proxies)) break
  }
  return { client, proxies }
}

/** Writes an address in its normal form; `null` if it cannot be read. */
export function normalIp(text: string | null | undefined): string | null {
  // A fast path for most requests: an IPv4 address is in its normal form already.
  if (isIPv4(text ?? '')) return text ?? null
  const address = parsePeer(text ?? '')
  return address === null ? null : formatIpRange(address)
}
