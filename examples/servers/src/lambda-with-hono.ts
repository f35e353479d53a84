import type { Keyring } from '@keywright/core'
import { requireKey } from '@keywright/hono'
import { Hono } from 'hono'
import { getConnInfo, handle } from 'hono/aws-lambda'

/** An API in AWS Lambda, behind API Gateway, a function URL or a load balancer, all of which end TLS. */
export function lambdaWithHono(keyring: Keyring) {
  const app = new Hono()
  // The event says who asked. A load balancer's does not: there, add the load balancer's subnets as `trustedProxies`.
  app.get('/tasks', requireKey(keyring, { scopes: ['tasks.read'], connInfo: getConnInfo }), (c) => {
    return c.json({ askedBy: c.get('principal').key.name })
  })
  return handle(app)
}
