import { InvalidOptions } from '../errors/index.js'
import { isTrustedProxy } from './client-ip.js'
import { trimOws } from './header-syntax.js'

/** How a request came. */
export interface Transport {
  readonly remoteAddress?: string | undefined
  readonly encrypted?: boolean | undefined
  readonly fields: readonly (readonly [name: string, value: string])[]
}

/** Reads `requireHttps` of a gate. @throws InvalidOptions */
export function readRequireHttps(value: unknown = globalThis.process?.env.NODE_ENV === 'production'): boolean {
  if (typeof value === 'boolean') return value
  throw new InvalidOptions('requireHttps', 'a boolean')
}

/**
 * Whether a request came over HTTPS as far as we can know (HTTP-14). A trusted proxy's `X-Forwarded-Proto` is believed over
 * the socket, for the client is on the proxy's other side; from anyone else it is not read.
 */
export function cameOverHttps(
  { remoteAddress, encrypted, fields }: Transport,
  trustedProxies: readonly string[],
): boolean {
  const forwarded = isTrustedProxy(remoteAddress, trustedProxies) ? forwardedProtos(fields) : []
  // A client may have written entries of its own: what it adds can only count against it.
  return forwarded.length === 0 ? encrypted === true : forwarded.every((proto) => proto === 'https')
}

function forwardedProtos(fields: Transport['fields']): string[] {
  return fields
    .filter(([name]) => name.toLowerCase() === 'x-forwarded-proto')
    .flatMap(([, value]) => value.split(','))
    .map((proto) => trimOws(proto).toLowerCase())
}
