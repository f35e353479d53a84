import type { Principal } from '@keywright/core'
import { onTestFinished, vi } from 'vitest'
import type { GateAnswer, GateApp, GateHarness } from './harness.js'
import { type KeyringSettings, openKeyring } from './keyring.js'
import { type RawAnswer, type RawRequest, rawRequest } from './raw-request.js'
import { routes } from './routes.js'

/** The options that a test may change. */
export interface Conditions {
  readonly settings?: GateApp['settings']
  readonly keyring?: KeyringSettings | Partial<KeyringSettings>
}

/** Serves all routes until the test ends. Handlers answer with the id of the caller's key, or with `nobody`. */
export async function serve(harness: GateHarness, { settings = {}, keyring: options }: Conditions = {}) {
  const { keyring, events } = await openKeyring(options)
  const handler = vi.fn((path: string, principal: Principal | null): GateAnswer => {
    const headers: Record<string, string> = path === '/cached' ? { 'Cache-Control': 'max-age=60' } : {}
    return { headers, body: principal?.key.id ?? 'nobody' }
  })
  const app: GateApp = {
    keyring,
    settings,
    routes: routes.map((route) => ({ ...route, answer: (principal) => handler(route.path, principal) })),
  }
  const server = await harness.listen(app)
  onTestFinished(async () => {
    await server.close()
  })
  const send = (target: string, request: Omit<RawRequest, 'target'> = {}): Promise<RawAnswer> =>
    rawRequest(server.port, { ...request, target })
  return { keyring, events, handler, send }
}
