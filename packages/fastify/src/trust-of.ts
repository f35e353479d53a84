import type { FastifyRequest } from 'fastify'

/**
 * Returns whom Fastify's option `trustProxy` trusts on the way of a request. Fastify only tells it by `ips`: the addresses from the
 * socket back to the first that it does not trust.
 */
export function trustOf(request: FastifyRequest): (address: string, hop: number) => boolean {
  const trusted = (request.ips?.length ?? 1) - 1
  return (_, hop) => hop < trusted || (hop === 0 && trustsSocket(request))
}

/** Without `X-Forwarded-For`, `ips` has the socket alone, trusted or not. So Fastify is asked about the same socket with one. */
function trustsSocket(request: FastifyRequest): boolean {
  const raw = { socket: request.raw.socket, headers: { 'x-forwarded-for': '192.0.2.1' } }
  const asked: FastifyRequest = Object.create(request, { raw: { value: raw } })
  return (asked.ips?.length ?? 0) > 1
}
