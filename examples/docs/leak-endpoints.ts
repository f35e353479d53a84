import { createServer, type Server } from 'node:http'
import { nodeListener } from '@keywright/api'
import type { Keyring } from '@keywright/core'
import { githubLeaks, leakReports, tokenRevocation } from '@keywright/core/leaks'

/** Serves the three addresses to which leaked tokens come: from GitHub, from your own scanners, and from whoever holds one. */
export function leakServer(keyring: Keyring, reporters: Readonly<Record<string, string | undefined>>): Server {
  const onError = (error: unknown): void => console.error(error)
  const github = githubLeaks(keyring, { fetch, onError }) // asks api.github.com for its keys, once an hour
  const scanners = leakReports(keyring, { reporters, action: 'quarantine', onError })
  const holders = tokenRevocation(keyring, { onError }) // behind a proxy, with `trustedProxies`
  const listen = nodeListener(async (request, connection) => {
    switch (new URL(request.url).pathname) {
      case '/leaks/github':
        return github(request)
      case '/leaks/scanners':
        return scanners(request)
      case '/keys/revoke':
        return holders(request, connection)
      default:
        return new Response(null, { status: 404 })
    }
  })
  return createServer((request, response) => void listen(request, response))
}
