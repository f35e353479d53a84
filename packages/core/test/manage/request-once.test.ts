import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../src/memory/memory-store.js'
import { auditOf, good, open, owner, start } from '../support/setup.js'

const mia = { type: 'user', id: 'u1' } as const
const options = { actor: mia, idempotencyKey: 'k-1' }
const repeated = (isSame: boolean) => ({ code: 'request_repeated', isSame })

describe('a request with an idempotency key (HTTP-16)', () => {
  it('creates one key, however often and concurrently it is sent', async () => {
    const { keyring, store } = open()
    const attempts = await Promise.allSettled(Array.from({ length: 5 }, () => keyring.create(good, options)))
    const [made] = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []))
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    await expect(keyring.create({ owner: { ...owner }, name: 'ci' }, options)).rejects.toMatchObject({
      ...repeated(true),
      keyId: made?.key.id,
      at: made?.key.createdAt,
    })
    expect(await auditOf(store)).toHaveLength(1)
  })

  it.each([
    ['another name', { ...good, name: 'other' }],
    ['another expiry', { ...good, expiresAt: new Date(start + 1_000) }],
    ['other scopes', { ...good, scopes: ['members.read'] as const }],
  ])('is refused as another request with %s', async (_, input) => {
    const { keyring } = open()
    await keyring.create(good, options)
    await expect(keyring.create(input, options)).rejects.toMatchObject(repeated(false))
  })

  it.each([
    ['another key', { ...options, idempotencyKey: 'k-2' }],
    ['another actor', { ...options, actor: { type: 'user', id: 'u2' } as const }],
    ['no key', { actor: mia }],
  ])('creates a key of its own under %s', async (_, other) => {
    const { keyring } = open()
    await keyring.create(good, options)
    await expect(keyring.create(good, other)).resolves.toBeDefined()
  })

  it('is separate in another organisation, for another verb, and after 24 hours', async () => {
    const { keyring, clock } = open()
    const { key } = await keyring.create(good, options)
    await keyring.create({ ...good, owner: { ...owner, organizationId: 'org2' } }, options)
    await keyring.rotate(key.id, {}, options)
    clock.at += 86_400_001
    await keyring.create(good, options)
    await keyring.rotate(key.id, {}, options)
  })

  it('rotates once, and is refused for another key or another grace', async () => {
    const { keyring } = open()
    const [{ key }, other] = [await keyring.create(good), await keyring.create(good)]
    const { token } = await keyring.rotate(key.id, {}, options)
    await expect(keyring.rotate(key.id, {}, options)).rejects.toMatchObject({ ...repeated(true), keyId: key.id })
    await expect(keyring.rotate(key.id, { graceMs: 1 }, { ...options })).rejects.toMatchObject(repeated(false))
    await expect(keyring.rotate(other.key.id, {}, options)).rejects.toMatchObject(repeated(false))
    expect(await keyring.verify(token.reveal())).toMatchObject({ ok: true })
  })

  it('is stored and compared as digests only', async () => {
    const seen: unknown[] = []
    const memory = memoryStore()
    const store = {
      ...memory,
      insert: (request: Parameters<typeof memory.insert>[0]) => {
        seen.push(request.once)
        return memory.insert(request)
      },
    }
    await open({ store }).keyring.create(good, options)
    const digest = expect.stringMatching(/^[0-9a-f]{64}$/)
    expect(seen).toEqual([{ id: digest, fingerprint: digest }])
  })

  it.each(['', 'x'.repeat(256), 1, null])('is refused with the idempotency key %j', async (idempotencyKey) => {
    const { keyring, store } = open()
    const bad = { idempotencyKey } as { idempotencyKey: string }
    await expect(keyring.create(good, bad)).rejects.toMatchObject({ code: 'invalid_input', field: 'idempotencyKey' })
    expect(await auditOf(store)).toEqual([])
  })
})
