import { createSecretKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { testPeppers } from '@keywright/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBytes, encodeBytes } from '../../src/child-token/base62-bytes.js'
import { readClaims } from '../../src/child-token/child-claims.js'
import { childKeyPurpose, findSigner } from '../../src/child-token/child-mac.js'
import { childParts } from '../../src/child-token/child-token.js'
import { readOurs } from '../../src/child-token/recognize-credential.js'
import { formatToken } from '../../src/crypto/format-token.js'
import { hmacSha256 } from '../../src/crypto/hmac-sha256.js'
import { open, recordOf } from '../support/setup.js'
import { access, base62Of, childOf, keyOf, markOf, openDelegating, withChecksum } from './delegates-setup.js'

const own = 'x1X2x3X4x5X6'
const key = keyOf(testPeppers.p1)

/** A body that would be right, for the key of `opened`. */
async function bodyOf(opened: Awaited<ReturnType<typeof openDelegating>>, with_: Record<number, unknown> = {}) {
  const { hash } = await recordOf(opened.store, opened.key.id)
  const marks = [markOf(key, 'epoch', opened.key.id, ''), markOf(key, 'own', opened.key.id, hash ?? '')]
  const body: unknown[] = [1, 1, opened.clock.at + 60_000, ...marks, [['*']], {}]
  for (const [at, value] of Object.entries(with_)) body[Number(at)] = value
  return body
}

describe('the text of a delegated token', () => {
  it('is what docs/concepts/delegates.md says: another implementation writes one that is good', async () => {
    const opened = await openDelegating()
    const start = `tk_live_${opened.key.id}_${own}`
    expect(await opened.codeOf(childOf(key, start, await bodyOf(opened)))).toBe('ok')
  })

  const rows = JSON.parse(readFileSync(new URL('../vectors/delegates.json', import.meta.url), 'utf8')) as readonly {
    readonly pepper: string
    readonly start: string
    readonly body: readonly unknown[]
    readonly token: string
  }[]
  it.each(rows)('is as in the table: $start $body', ({ pepper, start, body, token }) => {
    expect(childOf(keyOf(Buffer.from(pepper, 'hex')), start, body)).toBe(token)
    const namespace = start.slice(0, -26)
    expect(readOurs(token, { namespaces: [namespace] })).toMatchObject({
      ok: true,
      namespace,
      id: start.slice(-25, -13),
    })
    const parts = childParts(token, namespace)
    const [signer] =
      hmacSha256({ current: 'p', peppers: { p: Buffer.from(pepper, 'hex') } }).deriveKeys?.(childKeyPurpose) ?? []
    expect(findSigner([createSecretKey(signer ?? new Uint8Array())], parts)).not.toBeNull()
    const [, depth, expiresAt, epoch, mark, scopes, resources] = body
    const claims = { depth, expiresAt: new Date(expiresAt as number), marks: { epoch, own: mark }, scopes, resources }
    expect(readClaims(parts.body)).toEqual(claims)
  })

  it('writes bytes as the other implementation does, and reads no other spelling', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const text = encodeBytes(bytes)
        expect(text).toBe(base62Of(bytes))
        expect(decodeBytes(text)).toEqual(Buffer.from(bytes))
      }),
    )
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9A-Za-z]{0,20}$/), (text) => {
        const bytes = decodeBytes(text)
        expect(bytes === null || encodeBytes(bytes) === text).toBe(true)
      }),
    )
  })

  it('is refused offline with any one character changed, and with any missing', async () => {
    const { delegate, keyring, storage } = await openDelegating()
    const { text } = await delegate({ scopes: ['*'] })
    storage.calls.length = 0
    for (let at = 0; at < text.length; at += 1) {
      const changed = text.slice(0, at) + (text[at] === 'x' ? 'y' : 'x') + text.slice(at + 1)
      for (const mistyped of [changed, text.slice(0, at) + text.slice(at + 1), text.slice(0, at)]) {
        expect(await keyring.verify(mistyped)).toMatchObject({ ok: false })
      }
    }
    expect(storage.calls).toEqual([])
  })
})

describe('who forges a delegated token', () => {
  it('gets nowhere by a changed character whose checksum is right, wherever it is', async () => {
    const { delegate, keyring } = await openDelegating()
    const { text } = await delegate({ scopes: ['*'] })
    const signed = text.slice(0, -6)
    const other: Readonly<Record<string, string>> = { x: 'y', _: '0' }
    for (let at = 0; at < signed.length; at += 1) {
      const forged = withChecksum(signed.slice(0, at) + (other[signed[at] ?? ''] ?? 'x') + signed.slice(at + 1))
      expect(await keyring.verify(forged), `position ${at}`).toMatchObject({
        ok: false,
        refusal: { code: 'api_key_invalid' },
      })
    }
  })

  it.each<[string, Record<number, unknown>]>([
    ['another version', { 0: 2 }],
    ['no depth', { 1: 0 }],
    ['a depth that is not that of its scopes', { 1: 2 }],
    ['a text for its end', { 2: '9e99' }],
    ['no list of scopes', { 5: ['*'] }],
    ['no scopes at all', { 5: null }],
    ['a list for resources', { 6: [] }],
    ['a text for ids', { 6: { board: 'b1' } }],
    ['one item more', { 7: 1 }],
  ])('gets nowhere even with the key, by a body with %s', async (_, change) => {
    const opened = await openDelegating()
    const start = `tk_live_${opened.key.id}_${own}`
    expect(await opened.codeOf(childOf(key, start, await bodyOf(opened, change)))).toBe('api_key_invalid')
    expect(await opened.codeOf(childOf(key, start, '{'))).toBe('api_key_invalid')
  })

  it('gets nowhere with the MAC of something else: of hashes, of marks, of another namespace, key or pepper', async () => {
    const opened = await openDelegating()
    const body = await bodyOf(opened)
    const { id } = opened.key
    const forged = [
      childOf(Buffer.from(testPeppers.p1 as string), `tk_live_${id}_${own}`, body),
      childOf(keyOf('f'.repeat(32)), `tk_live_${id}_${own}`, body),
      childOf(key, `tk_test_${id}_${own}`, body),
      childOf(key, `tk_live_${own}_${id}`, body),
      childOf(key, `tk_live_${id}_${own}`, body).replace('tk_live', 'tk_test'),
      formatToken({ namespace: 'tk_live', id, secret: 'x'.repeat(32) }),
    ]
    for (const text of forged) expect(await opened.codeOf(text)).toBe('api_key_invalid')
  })

  it('cannot take one to another keyring with the same pepper, whatever its prefix or environment', async () => {
    const { store, delegate } = await openDelegating()
    const { text } = await delegate({ scopes: ['*'] })
    const same = { access, delegates: {}, resolveOwner: 'uncapped' } as const
    const elsewhere = [
      open({ ...same, store, environment: 'test', environments: ['test', 'live'] }),
      open({ ...same, store, prefix: 'other' }),
      open(same), // with a store of its own
    ]
    for (const { keyring } of elsewhere) {
      expect(await keyring.verify(text)).toMatchObject({ ok: false, refusal: { code: 'api_key_invalid' } })
    }
  })

  it('learns nothing of which keys there are, and is a failed attempt', async () => {
    const failureLimit = { limit: 2, windowMs: 60_000 }
    const { key: parent, keyring, storage } = await openDelegating({ failureLimit })
    const body = [1, 1, 9e15, '', '', [['*']], {}]
    const wrong = keyOf('f'.repeat(32))
    const texts = [parent.id, 'y1Y2y3Y4y5Y6'].map((id) => childOf(wrong, `tk_live_${id}_${own}`, body))
    storage.calls.length = 0
    for (const text of texts) {
      const verdict = await keyring.verify(text, { ip: '192.0.2.1' })
      expect(verdict).toMatchObject({ ok: false, refusal: { code: 'api_key_invalid' } })
    }
    expect(storage.calls).toEqual(['find', 'find'])
    expect(await keyring.verify(texts[0] ?? '', { ip: '192.0.2.1' })).toMatchObject({
      refusal: { code: 'rate_limited' },
    })
  })

  it('is answered at once for a text that is long, or not ours in any alphabet', async () => {
    const { keyring, storage } = await openDelegating()
    const start = `tk_live_x1X2x3X4x5X6_${own}_`
    storage.calls.length = 0
    for (const text of [
      withChecksum(start + 'a'.repeat(5_000)),
      start + 'a'.repeat(1_000_000),
      withChecksum(`${start}${'a'.repeat(80)}ä`),
      withChecksum(`${start}${'a'.repeat(80)}_`),
      `${start}${'𝟎'.repeat(80)}`,
      start,
    ]) {
      expect(await keyring.verify(text)).toMatchObject({ ok: false, refusal: { code: 'api_key_invalid', keyId: null } })
    }
    expect(storage.calls).toEqual([])
  })

  it('is no outage where the store gives another key than it was asked for', async () => {
    const { keyring, storage, store, delegate } = await openDelegating()
    const { text } = await delegate({ scopes: ['*'] })
    const other = await keyring.create({ name: 'other', owner: { type: 'organization', id: 'acme' }, scopes: ['*'] })
    storage.stubs.find = () => store.find(other.key.id)
    expect(await keyring.verify(text)).toMatchObject({ refusal: { code: 'auth_unavailable', reason: 'hash' } })
  })
})

it('signs with the current pepper, and verifies with each that is still known', async () => {
  const [p1, p2] = ['a'.repeat(31).concat('1'), 'b'.repeat(31).concat('2')]
  const first = await openDelegating({ hasher: hmacSha256({ current: 'p1', peppers: { p1 } }) })
  const { text } = await first.delegate({ scopes: ['*'] })
  const of = (hasher: ReturnType<typeof hmacSha256>) =>
    open({ store: first.store, access, delegates: {}, resolveOwner: 'uncapped', hasher }).keyring
  expect((await of(hmacSha256({ current: 'p2', peppers: { p1, p2 } })).verify(text)).ok).toBe(true)
  expect(await of(hmacSha256({ current: 'p2', peppers: { p2 } })).verify(text)).toMatchObject({ ok: false })
})
