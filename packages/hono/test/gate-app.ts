import type { GateApp } from '@keywright/testkit'
import { type Context, Hono } from 'hono'
import { type GuardOptions, requireKey } from '../src/index.js'

/** An app of Hono with the routes of `testGate`, each behind its guard. */
export function gateApp({ keyring, settings, routes }: GateApp, connInfo?: GuardOptions['connInfo']): Hono {
  const app = new Hono()
  for (const { path, guard, resource, answer } of routes) {
    if (guard === null) {
      app.all(path, (c) => c.text(answer(null).body))
      continue
    }
    const byRequest = resource && ((c: Context) => resource((name) => c.req.param(name) ?? ''))
    app.all(
      path,
      requireKey(keyring, { ...settings, ...guard, ...(byRequest ? { resource: byRequest } : {}), connInfo }),
      (c) => {
        const { headers, body } = answer(c.get('principal'))
        return c.text(body, 200, { ...headers })
      },
    )
  }
  return app
}
