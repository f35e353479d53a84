// Promise: a guard takes only scopes and resource types of its keyring's model, and its handlers have a principal.
import { defineAccess, type Keyring, type Principal } from '@keywright/core'
import { principalOf, requireKey } from '@keywright/express'
import express, { type RequestHandler } from 'express'

const access = defineAccess({
  scopes: { 'members.read': '', 'tasks.read': '' },
  resources: { board: { levels: { read: ['tasks.read'] } } },
})
declare const keyring: Keyring<typeof access>

const app = express()
app.get('/members', requireKey(keyring, { scopes: ['members.read'] }), (req, res) => {
  const principal: Principal = req.principal
  res.json(principal.organizationId)
})
app.get('/open', requireKey(keyring))

export const guard: RequestHandler = requireKey(keyring, {
  scopes: ['tasks.read'],
  resource: (req) => ({ type: 'board', id: String(req.params.board) }),
})

// @ts-expect-error misspelt
requireKey(keyring, { scopes: ['members.raed'] })
// @ts-expect-error a wildcard
requireKey(keyring, { scopes: ['members.*'] })
// @ts-expect-error one text, not a list
requireKey(keyring, { scopes: 'members.read' })
// @ts-expect-error `scope`, which would check nothing
requireKey(keyring, { scope: 'members.read' })
// @ts-expect-error an unknown resource type
requireKey(keyring, { scopes: ['tasks.read'], resource: () => ({ type: 'bord', id: 'b1' }) })
// @ts-expect-error no keyring
requireKey({ scopes: ['members.read'] })
// @ts-expect-error misspelt
requireKey(keyring, { anyOf: ['members.raed'] })

app.get(
  '/tasks',
  requireKey(keyring, { anyOf: ['members.read', 'tasks.read'], optional: true, resource: () => null }),
  (req, res) => {
    const principal: Principal | null = principalOf(req)
    // @ts-expect-error nobody, perhaps
    principalOf(req).key
    res.json(principal?.organizationId ?? 'nobody')
  },
)
requireKey(keyring, { fallback: (_req, _res, next) => next() })
