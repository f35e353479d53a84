// What somebody tries first, with nothing but packages from a registry: a key is created, verified and revoked.
import assert from 'node:assert/strict'
import { createKeyring, defineAccess, hmacSha256 } from '@keywright/core'
import { sqliteStore } from '@keywright/kysely/sqlite'

const keyring = createKeyring({
  prefix: 'tb',
  environment: 'live',
  access: defineAccess({ scopes: { 'tasks.read': 'See tasks' } }),
  store: await sqliteStore('keys.sqlite'),
  hasher: hmacSha256({ current: 'p1', peppers: { p1: 'a pepper of a test, 32 bytes or more' } }),
  resolveOwner: () => ({ scopes: ['tasks.*'] }),
})
const { key, token } = await keyring.create({
  name: 'first key',
  owner: { type: 'user', id: 'ada', organizationId: 'acme' },
  scopes: ['tasks.read'],
})
const before = await keyring.verify(token.reveal(), { scopes: ['tasks.read'] })
assert.equal(before.ok && before.principal.key.id, key.id)
await keyring.revoke(key.id, { reason: 'tried out' })
const after = await keyring.verify(token.reveal(), { scopes: ['tasks.read'] })
assert.equal(after.ok || after.refusal.code, 'api_key_revoked')
await keyring.close()
