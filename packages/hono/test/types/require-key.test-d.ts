// Promise: a guard takes only scopes and resource types of its keyring's model, and tells its handlers who calls: nobody, too,
// where nobody may pass.
import { defineAccess, type Keyring, type Principal } from '@keywright/core'
import { type GuardOptions, type KeyVariables, requireKey } from '@keywright/hono'
import { Hono } from 'hono'

const access = defineAccess({
  scopes: { 'members.read': '', 'tasks.read': '' },
  resources: { board: { levels: { read: ['tasks.read'] } } },
})
declare const keyring: Keyring<typeof access>

const app = new Hono()
app.get('/members', requireKey(keyring, { scopes: ['members.read'] }), (c) => {
  const principal: Principal<typeof access> = c.get('principal')
  // @ts-expect-error misspelt
  principal.allows('members.raed')
  return c.text(c.var.principal.organizationId)
})
app.get('/members', requireKey(keyring, { optional: true }), (c) => {
  // @ts-expect-error nobody, perhaps
  c.get('principal').key
  return c.text(c.get('principal')?.organizationId ?? 'nobody')
})
app.get('/members', requireKey(keyring, { fallback: (_c, next) => next() }), (c) => {
  // @ts-expect-error a person, perhaps
  c.get('principal').key
  return c.text(c.get('principal')?.organizationId ?? 'a person')
})
declare const perhaps: GuardOptions<typeof access>
app.get('/members', requireKey(keyring, perhaps), (c) => {
  // @ts-expect-error a person, perhaps
  return c.text(c.get('principal').key.id)
})
app.get(
  '/boards/:board',
  requireKey(keyring, {
    scopes: ['tasks.read'],
    resource: (c) => ({ type: 'board', id: String(c.req.param('board')) }),
  }),
  (c) => c.text(c.get('principal').key.id),
)

const behind = new Hono<{ Variables: KeyVariables<typeof access> }>()
behind.use(requireKey(keyring))
behind.get('/', (c) => c.text(String(c.get('principal').allows('members.read'))))

requireKey(keyring, { anyOf: ['members.read', 'tasks.read'], resource: () => null })
// @ts-expect-error misspelt
requireKey(keyring, { scopes: ['members.raed'] })
// @ts-expect-error misspelt
requireKey(keyring, { anyOf: ['members.raed'] })
// @ts-expect-error a wildcard
requireKey(keyring, { scopes: ['members.*'] })
// @ts-expect-error `scope`, which would check nothing
requireKey(keyring, { scope: 'members.read' })
// @ts-expect-error an unknown resource type
requireKey(keyring, { scopes: ['tasks.read'], resource: () => ({ type: 'bord', id: 'b1' }) })
