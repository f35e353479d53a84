import type { Keyring } from '@keywright/core'
import { requireKey } from '@keywright/express'
import { Router } from 'express'
import type { access } from './access.js'

/** The API of the console: a route and the scope that it needs. The keyring says which environment's keys it takes. */
export function createApi(keyring: Keyring<typeof access>): Router {
  const router = Router()
  router.get('/self', requireKey(keyring), ({ principal }, res) => {
    const { key, organizationId, scopes } = principal
    res.json({ organizationId, key: key.name, environment: key.environment, preset: key.preset, scopes })
  })
  router.get('/members', requireKey(keyring, { scopes: ['members.read'] }), (_, res) => {
    res.json({ members: ['Ada', 'Bo', 'Cleo'] })
  })
  router.get('/policies', requireKey(keyring, { scopes: ['policies.read'] }), (_, res) => {
    res.json({ policies: ['No keys in prompts'] })
  })
  router.post('/policies', requireKey(keyring, { scopes: ['policies.create'] }), ({ principal }, res) => {
    res.status(201).json({ createdWith: principal.key.name })
  })
  router.delete('/organization', requireKey(keyring, { scopes: ['organization.delete'] }), (_, res) => {
    res.status(202).json({ deleted: 'tomorrow' })
  })
  return router
}
