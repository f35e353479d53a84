import { fetchGate, type Keyring, type Principal } from '@keywright/core'

/** As much of SvelteKit's `RequestEvent` as a guard needs. In your app, the type of the hook is `Handle`. */
interface Event {
  readonly request: Request
  readonly url: URL
  readonly locals: { principal?: Principal }
  getClientAddress(): string
}

/** The hook `handle` of `src/hooks.server.ts`: a key for all below `/api`. */
export function hookOf(keyring: Keyring) {
  const gate = fetchGate(keyring, { scopes: ['tasks.read'] })
  return async ({ event, resolve }: { event: Event; resolve(event: Event): Promise<Response> | Response }) => {
    if (!event.url.pathname.startsWith('/api/')) return resolve(event)
    const verdict = await gate(event.request, { remoteAddress: event.getClientAddress() })
    if (!verdict.ok) return verdict.response
    event.locals.principal = verdict.principal
    return verdict.finish(await resolve(event))
  }
}
