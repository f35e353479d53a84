import { createGate } from '@keywright/core'
import { auditOf, type TestKeyringOptions, testKeyring, testOwners, wrongSecret } from '@keywright/testkit'
import { expect, it } from 'vitest'

const ip = '203.0.113.9'

/** A guard that sees a token in a URL, in clear, or where it should be. */
async function open(options: TestKeyringOptions = {}) {
  const opened = testKeyring({ quarantineExposed: true, ...options })
  const { keyring } = opened
  const gate = createGate(keyring, { requireHttps: true })
  const send = async (url: string, token: string | null, encrypted = true) => {
    const fields = token === null ? [] : ([['authorization', `Bearer ${token}`]] as const)
    const request = { fields, url, remoteAddress: ip, encrypted }
    const verdict = await gate(request, request)
    return verdict.ok ? 'ok' : verdict.refusal.code
  }
  const owner = testOwners.user
  const { key, token } = await keyring.create({ name: 'ci', owner, scopes: ['members.read'] })
  const statusOf = async () => (await keyring.get(key.id))?.status
  return { ...opened, key, token: token.reveal(), send, statusOf }
}

it.each<[string, (token: string) => [string, string | null, boolean?], string, string]>([
  ['in a URL', (token) => [`/members?key=${token}`, null], 'api_key_malformed', 'request url'],
  ['over plain HTTP', (token) => ['/members', token, false], 'api_key_sent_in_clear', 'plain http'],
])('disables a key that came %s, beside the refusal, and locks it for its owner', async (_, request, code, source) => {
  const { token, key, keyring, send, statusOf, store, events, verify } = await open()
  expect(await send(...request(token))).toBe(code)
  await expect.poll(statusOf).toBe('disabled')
  expect(await verify(token)).toBe('api_key_disabled')
  expect((await auditOf(store)).slice(1)).toMatchObject([
    { type: 'api_key.leak_reported', actor: { type: 'system', id: 'guard' }, context: { ip }, data: { source } },
    { type: 'api_key.disabled', data: { locked: true, reason: 'leaked' } },
  ])
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'api_key.leak_reported', outcome: 'key_disabled', source }),
  )
  await expect(keyring.enable(key.id, { within: { owner: testOwners.user } })).rejects.toMatchObject({
    code: 'key_locked',
  })
})

it('changes nothing without the option, for a wrong secret, and for a key that came as it should', async () => {
  const { token, send, keyring, key, events } = await open({ quarantineExposed: false })
  await send(`/members?key=${token}`, null)
  const guarded = await open()
  expect(await guarded.send(`/members?key=${wrongSecret(guarded.token)}`, null)).toBe('api_key_malformed')
  expect(await guarded.send('/members', wrongSecret(guarded.token), false)).toBe('api_key_sent_in_clear')
  expect(await guarded.send('/members', guarded.token)).toBe('ok')
  // Closing waits for what runs beside the answers.
  await Promise.all([keyring.close(), guarded.keyring.close()])
  expect([await keyring.get(key.id), await guarded.keyring.get(guarded.key.id)]).toMatchObject([
    { version: 1 },
    { version: 1 },
  ])
  expect(events.some(({ type }) => type === 'api_key.leak_reported')).toBe(false)
})

it('writes once, however often the key comes', async () => {
  const { token, send, keyring, store, statusOf } = await open()
  await send(`/a/${token}`, null)
  await expect.poll(statusOf).toBe('disabled')
  for (let time = 0; time < 5; time += 1) await send(`/a/${token}`, null)
  await keyring.close()
  expect(await auditOf(store)).toHaveLength(3)
})

it('tells the host where it could not be done, and does it with the next request', async () => {
  const { token, send, store, events, statusOf } = await open()
  const change = store.change
  store.change = () => Promise.reject(new Error('down'))
  await send(`/a/${token}`, null)
  await expect.poll(() => events.map(({ type }) => type)).toContain('api_key.quarantine_failed')
  store.change = change
  await send(`/a/${token}`, null)
  await expect.poll(statusOf).toBe('disabled')
})
