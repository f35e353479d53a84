import { auditOf, wrongSecret } from '@keywright/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shownName, shownUrl } from '../../src/leaks/finding.js'
import { memoryFailureLimiter } from '../../src/limits/memory-failure-limiter.js'
import { forge, input, open } from '../support/setup.js'

const hourMs = 3_600_000
const url = 'https://github.com/octocat/hello/blob/12345600b9cbe38a219f39a9941c9319b600c002/foo/bar.txt'

/** A key, its token, and what the log says of it behind its creation. */
async function withKey(options: Parameters<typeof open>[0] = {}, more: object = {}) {
  const opened = open(options)
  const { key, token } = await opened.keyring.create({ ...input, ...more })
  const records = async () =>
    (await auditOf(opened.store)).slice(1).map(({ type, actor, data }) => ({ type, actor, data }))
  return { ...opened, key, token: token.reveal(), records }
}

describe('reportLeak (TOK-14)', () => {
  it('revokes the key of a token as leaked, with the report in the log, and tells the host', async () => {
    const { keyring, key, token, records, events, verify } = await withKey()
    const { outcome } = await keyring.reportLeak(token, { source: 'github', url: `${url}?token=${token}#${token}` })
    expect(outcome).toBe('key_revoked')
    expect(await verify(token)).toBe('api_key_invalid')
    const actor = { type: 'system', id: 'leak_report' }
    expect(await records()).toEqual([
      { type: 'api_key.leak_reported', actor, data: { source: 'github', url, token: 'current' } },
      { type: 'api_key.revoked', actor, data: { reason: 'leaked' } },
    ])
    const told = events.find(({ type }) => type === 'api_key.leak_reported')
    expect(told).toMatchObject({
      keyId: key.id,
      organizationId: input.owner.organizationId,
      outcome,
      source: 'github',
      url,
    })
  })

  it('quarantines a key: its owner cannot enable it, the host can', async () => {
    const { keyring, key, token, verify } = await withKey()
    expect(await keyring.reportLeak(token, { action: 'quarantine' })).toMatchObject({
      outcome: 'key_disabled',
      key: { status: 'disabled', disabledReason: 'leaked', locked: true },
    })
    expect(await verify(token)).toBe('api_key_disabled')
    const asOwner = { actor: { type: 'user', id: input.owner.id }, within: { owner: input.owner } } as const
    await expect(keyring.enable(key.id, asOwner)).rejects.toMatchObject({ code: 'key_locked' })
    expect(await keyring.enable(key.id)).toMatchObject({ status: 'active' })
  })

  it('locks a key that its owner had disabled, and one that was locked for another reason gets this one', async () => {
    const { keyring, key, token } = await withKey()
    await keyring.disable(key.id, { reason: 'holiday' }, { within: { owner: input.owner } })
    const quarantine = { action: 'quarantine' } as const
    expect(await keyring.reportLeak(token, quarantine)).toMatchObject({
      outcome: 'key_disabled',
      key: { locked: true },
    })
    await keyring.enable(key.id)
    await keyring.disable(key.id, { reason: 'audit' })
    const again = await keyring.reportLeak(token, quarantine)
    expect(again).toMatchObject({ outcome: 'key_disabled', key: { disabledReason: 'leaked', locked: true } })
    expect(await keyring.reportLeak(token, quarantine)).toMatchObject({ outcome: 'unchanged' })
  })

  it('finds keys that are disabled, have expired, or belong to another environment', async () => {
    const opened = open({ environment: 'live', environments: ['live', 'test'] })
    const { keyring, clock } = opened
    const { key, token } = await keyring.create({ ...input, environment: 'test' })
    expect(await keyring.reportLeak(token.reveal())).toMatchObject({ outcome: 'key_revoked', key: { id: key.id } })
    const disabled = await keyring.create(input)
    await keyring.disable(disabled.key.id)
    expect(await keyring.reportLeak(disabled.token.reveal())).toMatchObject({ outcome: 'key_revoked' })
    const short = await keyring.create({ ...input, expiresAt: new Date(clock.at + hourMs) })
    clock.at += 2 * hourMs
    expect(await keyring.reportLeak(short.token.reveal())).toMatchObject({ outcome: 'key_revoked' })
  })

  it('finds an imported key by its token', async () => {
    const { keyring } = open({ imports: {} })
    const token = 'old|Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4'
    const key = await keyring.import({ ...input, secret: { token }, entropyBits: 256 } as never)
    expect(await keyring.reportLeak(`${token}x`)).toEqual({ outcome: 'unknown' })
    expect(await keyring.reportLeak(token)).toMatchObject({ outcome: 'key_revoked', key: { id: key.id } })
  })

  it('ends the token before a rotation alone, in its grace, and does nothing behind it', async () => {
    const { keyring, key, token: old, records, verify } = await withKey()
    const { token } = await keyring.rotate(key.id, { graceMs: hourMs })
    expect(await keyring.reportLeak(old, { url })).toMatchObject({ outcome: 'token_ended', key: { status: 'active' } })
    expect([await verify(old), await verify(token.reveal())]).toEqual(['api_key_invalid', 'ok'])
    expect((await records()).slice(1)).toMatchObject([
      { type: 'api_key.leak_reported', data: { url, token: 'previous' } },
      { type: 'api_key.rotation_grace_ended', data: { reason: 'leaked' } },
    ])
    expect(await keyring.reportLeak(old)).toMatchObject({ outcome: 'unchanged' })
    expect(await verify(token.reveal())).toBe('ok')
    expect(await records()).toHaveLength(3)
  })

  it('changes and records nothing for a token that has ended before, and tells it all the same', async () => {
    const { keyring, key, token, records, events } = await withKey()
    await keyring.revoke(key.id, { reason: 'old' })
    expect(await keyring.reportLeak(token)).toMatchObject({ outcome: 'unchanged', key: { revokedReason: 'old' } })
    expect(await records()).toHaveLength(1)
    expect(events).toContainEqual(expect.objectContaining({ type: 'api_key.leak_reported', outcome: 'unchanged' }))
  })

  it('takes nothing but the right secret: an id is public', async () => {
    const { keyring, token, records, verify } = await withKey()
    const guesses = [
      wrongSecret(token),
      forge(token, { id: 'zzzzzzzzzzzz' }),
      `${token}x`,
      token.slice(0, -1),
      '',
      'tk_',
    ]
    for (const guess of guesses) expect(await keyring.reportLeak(guess)).toEqual({ outcome: 'unknown' })
    expect([await verify(token), await records()]).toEqual(['ok', []])
  })

  it('hashes once for an unknown id as for a wrong secret, and reads nothing for what is no token', async () => {
    const { keyring, token, storage, hashing } = await withKey()
    await keyring.verify(token) // has the peppers checked
    const costOf = async (text: string) => {
      storage.calls.length = 0
      hashing.calls.length = 0
      await keyring.reportLeak(text)
      return [storage.calls.filter((name) => name !== 'recordUsage'), hashing.calls.length]
    }
    expect(await costOf(wrongSecret(token))).toEqual([['find'], 1])
    expect(await costOf(forge(token, { id: 'zzzzzzzzzzzz' }))).toEqual([['find'], 1])
    expect(await costOf(`${token}x`)).toEqual([[], 0])
  })

  it('is not done for a deleted key, and an outage is no "unknown"', async () => {
    const { keyring, key, token, storage } = await withKey()
    storage.stubs.find = () => Promise.reject(new Error('down'))
    await expect(keyring.reportLeak(token)).rejects.toMatchObject({ code: 'store_unavailable' })
    storage.stubs.find = undefined as never
    await keyring.delete(key.id)
    expect(await keyring.reportLeak(token)).toEqual({ outcome: 'unknown' })
  })

  it('revokes once of two reports at once, and decides on the key as it is then', async () => {
    const { keyring, token, records } = await withKey()
    const both = await Promise.all([keyring.reportLeak(token), keyring.reportLeak(token)])
    expect(both.map(({ outcome }) => outcome).sort()).toEqual(['key_revoked', 'unchanged'])
    expect(await records()).toHaveLength(2)
  })

  it('ends no new token that a rotation made while the report was read', async () => {
    const { keyring, key, token, store, storage, verify } = await withKey()
    let fresh = ''
    storage.stubs.find = async (id) => {
      const found = await store.find(id)
      if (fresh === '') {
        fresh = 'asked'
        fresh = (await keyring.rotate(key.id)).token.reveal()
      }
      return found
    }
    expect(await keyring.reportLeak(token)).toMatchObject({ outcome: 'unchanged' })
    expect(await verify(fresh)).toBe('ok')
  })

  it.each<[string, unknown[], string]>([
    ['what is no text', [7], 'token'],
    ['a misspelt field', ['x', { acton: 'quarantine' }], 'acton'],
    ['another action', ['x', { action: 'ignore' }], 'action'],
    ['an action that got lost', ['x', { action: undefined }], 'action'],
    ['an option of another verb', ['x', {}, { within: {} }], 'within'],
  ])('refuses %s', async (_, args, field) => {
    const { keyring } = open()
    const reported = keyring.reportLeak(...(args as [string]))
    await expect(reported).rejects.toMatchObject({ code: 'invalid_input', field })
  })
})

describe('what a report says of a place', () => {
  const token = 'tk_live_aB3dE5gH7jK9_0123456789abcdefghijABCDEFGHIJ0123456789'

  it.each([
    ['https://user:secret@host.example:8443/a/b?x=1#y', 'https://host.example:8443/a/b'],
    [`https://host.example/raw/${token}/view`, 'https://host.example/raw/…/view'],
    ['https://host.example/%74k_live_aB3dE5gH7jK9_0123456789abcdefghijABCDEFGHIJ0123456789', 'https://host.example/…'],
    [`https://${token}.example/a`, null],
    ['ftp://host.example/a', null],
    ['javascript:alert(1)', null],
    ['no address', null],
    [7, null],
  ])('shows %s as %s', (given, shown) => {
    expect(shownUrl(given, token)).toBe(shown)
  })

  const unescaped = (text: string) =>
    text.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))

  it('hides a token with a slash in it, and one in part of a path', () => {
    expect(shownUrl('https://host.example/raw/old/ab/cd', 'ab/cd')).toBe('https://host.example/…')
    expect(shownUrl('https://host.example/raw/xabcdx/y', 'abcd')).toBe('https://host.example/raw/…/y')
  })

  it('never has the token in it, and is never long', () => {
    const part = fc.oneof(fc.constant(token), fc.constant(encodeURIComponent(token)), fc.string())
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), fc.string(), (parts, name) => {
        const shown = shownUrl(`https://host.example/${parts.join('/')}`, token) ?? ''
        expect(unescaped(shown)).not.toContain(token)
        expect(shown.length).toBeLessThanOrEqual(256)
        expect(shownName(`${name}${token}`, token)).toBeNull()
      }),
    )
  })
})

describe('revokeToken', () => {
  it('revokes the key for its holder, who is named so in the log', async () => {
    const { keyring, token, records, verify } = await withKey()
    const context = { ip: '192.0.2.7' }
    expect(await keyring.revokeToken(token, { context })).toMatchObject({ outcome: 'key_revoked' })
    expect(await verify(token)).toBe('api_key_revoked')
    const actor = { type: 'system', id: 'token_holder' }
    expect(await records()).toEqual([{ type: 'api_key.revoked', actor, data: {} }])
    expect(await keyring.revokeToken(token)).toMatchObject({ outcome: 'unchanged' })
  })

  it('needs no right to manage keys, and ends a key that manages others as well', async () => {
    const { keyring, key, token: old } = await withKey()
    const { token } = await keyring.rotate(key.id, { graceMs: hourMs })
    expect(await keyring.revokeToken(old, { reason: 'leaked' })).toMatchObject({ outcome: 'token_ended' })
    expect(await keyring.revokeToken(token.reveal())).toMatchObject({ outcome: 'key_revoked' })
  })

  it('counts wrong tokens as failed attempts of the network, and right ones never (RATE-6)', async () => {
    const failureLimit = { limit: 3, windowMs: 60_000 }
    const { keyring, token } = await withKey({ failureLimit, failureLimiter: memoryFailureLimiter() })
    const ip = '203.0.113.9'
    for (let at = 0; at < 3; at += 1) {
      expect(await keyring.revokeToken(forge(token, { id: `zzzzzzzzzzz${at}` }), { ip })).toEqual({
        outcome: 'unknown',
      })
    }
    expect(await keyring.revokeToken(token, { ip })).toMatchObject({ outcome: 'too_many_attempts' })
    expect(await keyring.revokeToken(`${token}x`, { ip })).toEqual({ outcome: 'unknown' })
    expect(await keyring.revokeToken(token, { ip: '198.51.100.1' })).toMatchObject({ outcome: 'key_revoked' })
  })
})
