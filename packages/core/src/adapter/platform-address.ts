import { InvalidOptions } from '../errors/index.js'

/** A platform that runs Fetch handlers, and writes the client's address into a header of each request. */
export type Platform = 'cloudflare' | 'fly' | 'vercel'

/** Returns the client's address, from whatever the host's platform says of a request. `null`: unknown. */
export type AddressOf = (request: Request) => string | null | undefined

/**
 * The headers that the platforms write over what a client sends in them, by their own words:
 *
 * - {@link https://developers.cloudflare.com/fundamentals/reference/http-headers/#cf-connecting-ip | Cloudflare}: it "reflects the
 *   client's IP address", and cannot be altered even by a Worker that makes a request of its own.
 * - {@link https://fly.io/docs/networking/request-headers/#fly-client-ip | Fly.io}: it "will be set to" the address that Fly Proxy
 *   accepted the connection from.
 * - {@link https://vercel.com/docs/headers/request-headers#x-vercel-forwarded-for | Vercel}: it is identical to `X-Forwarded-For`,
 *   which "we currently overwrite"; "this restriction is in place to prevent IP spoofing". A proxy before Vercel does not change it.
 */
const headers: Readonly<Record<Platform, string>> = {
  cloudflare: 'cf-connecting-ip',
  fly: 'fly-client-ip',
  vercel: 'x-vercel-forwarded-for',
}

/**
 * Parses the option `platform`.
 *
 * @throws {@link InvalidOptions} when it is neither a known platform nor a function.
 */
export function readPlatform(platform: unknown): AddressOf {
  if (platform === undefined) return () => undefined
  if (typeof platform === 'function') return platform as AddressOf // what it returns is read like the text of a header
  if (typeof platform !== 'string' || !Object.hasOwn(headers, platform)) {
    throw new InvalidOptions('platform', `${Object.keys(headers).join(', ')} or a function of the request`)
  }
  const name = headers[platform as Platform] // its own name of the object
  return (request) => request.headers.get(name)
}
