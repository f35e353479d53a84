import { type FetchConnection, fetchGate } from '@keywright/core'
import type { GateApp } from '../src/index.js'

export type FetchHandler = (request: Request, connection: FetchConnection) => Promise<Response>

/** The routes of `testGate`, each behind its gate, without a framework. */
export function fetchApp({ keyring, settings, routes }: GateApp): FetchHandler {
  const served = routes.map(({ path, guard, resource, answer }) => {
    const segments = path.split('/')
    const param = (request: Request) => (name: string) =>
      new URL(request.url).pathname.split('/')[segments.indexOf(`:${name}`)] ?? ''
    const byRequest = resource && ((request: Request) => resource(param(request)))
    const options = { ...settings, ...guard, ...(byRequest ? { resource: byRequest } : {}) }
    const gate = guard === null ? null : fetchGate(keyring, options)
    const fits = (pathname: string) => {
      const given = pathname.split('/')
      return (
        given.length === segments.length &&
        segments.every((segment, index) => segment.startsWith(':') || segment === given[index])
      )
    }
    return { gate, answer, fits }
  })
  return async (request, connection) => {
    const { pathname } = new URL(request.url)
    const route = served.find(({ fits }) => fits(pathname))
    if (route === undefined) return new Response('no such route', { status: 404 })
    const verdict = await route.gate?.(request, connection)
    if (verdict?.ok === false) return verdict.response
    const { headers, body } = route.answer(verdict?.principal ?? null)
    const response = new Response(body, { headers })
    return verdict?.finish(response) ?? response
  }
}
