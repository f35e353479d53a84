import { type FetchGate, type FetchGateOptions, fetchGate, type Principal } from '@keywright/core'
import { keyringOfApp } from './keyring'

type Keyring = Awaited<ReturnType<typeof keyringOfApp>>
type Handler = (request: Request, principal: Principal) => Response | Promise<Response>

// Next tells a handler nothing of the connection. `next start` stands behind one proxy of yours, which ends TLS and writes
// X-Forwarded-For and X-Forwarded-Proto; nobody may come past it. On Vercel, write `platform: 'vercel'` in place of this.
const connection = { trustedProxies: 1 }

/** Wraps a route handler: it runs only with a key that allows `rules.scopes`. */
export function requireKey(rules: FetchGateOptions<Keyring['access']>, handler: Handler) {
  let gate: FetchGate | undefined
  return async (request: Request): Promise<Response> => {
    gate ??= fetchGate(await keyringOfApp(), { ...connection, ...rules })
    const verdict = await gate(request)
    return verdict.ok ? verdict.finish(await handler(request, verdict.principal)) : verdict.response
  }
}
