import { lookup, Resolver } from 'node:dns/promises'
import { isIPv6 } from 'node:net'
import { isLoopback, isPublicAddress } from './is-public-address.js'
import type { UrlRules } from './parse-endpoint-url.js'

/** Returns all addresses of a name; rejects where there is none. */
export type Resolve = (name: string) => Promise<readonly string[]>

const queryTimeoutMs = 2_000
const tries = 2

/**
 * Asks the name servers of the system. Not by `dns.lookup`, which holds a thread of the process for as long as a name server does not
 * answer: some names would keep all others waiting, and the host's own with them.
 *
 * @param servers - Other name servers, as `Resolver.setServers` takes them. @defaultValue those of the system
 */
export function askNameServers(servers?: readonly string[]): Resolve {
  const resolver = new Resolver({ timeout: queryTimeoutMs, tries })
  if (servers !== undefined) resolver.setServers(servers)
  return async (name) => {
    // No name server knows it, and no look-up of it can wait. It is called only to develop.
    if (name === 'localhost') return (await lookup(name, { all: true })).map(({ address }) => address)
    const [four, six] = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)])
    if (four.status === 'rejected' && six.status === 'rejected') throw four.reason
    return [four, six].flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
  }
}

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
