import assert from 'node:assert/strict'
import { test } from 'node:test'
import { issueTestKey, testKeyring, testOwners } from '@keywright/testkit/app'
import { access } from './access.js'
import { createApp } from './application.js'

test('a key does no more than its user may do now', async () => {
  const { keyring, authorities } = testKeyring(access)
  const { authorization } = await issueTestKey(keyring, { scopes: ['members.read'] })
  const ask = () => createApp(keyring).request('/members', { headers: { authorization } })

  assert.equal((await ask()).status, 200)
  authorities.set(testOwners.user.id, { scopes: ['billing.read'] }) // demoted
  assert.equal((await ask()).status, 403)
  authorities.set(testOwners.user.id, null) // has left
  assert.equal((await ask()).status, 401)
})

test('an outage is no bad key', async () => {
  const { keyring, breakStore } = testKeyring(access)
  const { authorization } = await issueTestKey(keyring, { scopes: ['members.read'] })
  breakStore()
  const answer = await createApp(keyring).request('/members', { headers: { authorization } })
  assert.equal(answer.status, 503)
})

test('a key expires', async () => {
  const { keyring, clock, verify } = testKeyring(access)
  const { token } = await issueTestKey(keyring, { expiresAt: new Date(clock.at + 60_000) })
  assert.equal(await verify(token), 'ok')
  clock.advance(60_000)
  assert.equal(await verify(token), 'api_key_expired')
})
