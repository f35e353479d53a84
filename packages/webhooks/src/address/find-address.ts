import { lookup } from 'node:dns/promises'
import { isIPv6 } from 'node:net'
import { isLoopback, isPublicAddress } from './is-public-address.js'
import type { UrlRules } from './parse-endpoint-url.js'

/** Returns all addresses of a name; rejects where there is none. */
export type Resolve = (name: string) => Promise<readonly string[]>

/** Resolves as the operating system does. */
export const systemResolve: Resolve = async (name) =>
  (await lookup(name, { all: true, verbatim: true })).map(({ address }) => address)

/** A name has an address that must not be called. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused'

  constructor() {
    super('The name of the endpoint has an address that is not public.')
  }
}

const maxAnswers = 32

/**
 * Resolves a name to the one address that is then connected to. Every answer must be public: with one that is not among them, the
 * next attempt could reach it.
 *
 * @throws {@link AddressRefused}; what `resolve` rejects with.
 */
export async function findAddress(
  { hostname }: URL,
  address: string | null,
  { resolve, allowLoopback = false }: Pick<UrlRules, 'allowLoopback'> & { readonly resolve: Resolve },
): Promise<string> {
  const answers = address === null ? await resolve(hostname) : [address]
  const mayCall = (one: string): boolean => isPublicAddress(one) || (allowLoopback && isLoopback(one))
  const [first] = [...answers].sort((a, b) => Number(isIPv6(a)) - Number(isIPv6(b)))
  if (first === undefined || answers.length > maxAnswers || !answers.every(mayCall)) throw new AddressRefused()
  return first
}
