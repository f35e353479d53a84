import { testKeyring, testOwners } from '@keywright/testkit'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { hmacSha256 } from '../../src/crypto/hmac-sha256.js'
import { sha256 } from '../../src/crypto/sha256.js'
import { createGate } from '../../src/http/gate.js'
import type { KeyringOptions } from '../../src/keyring/options.js'
import { memoryStore } from '../../src/memory/memory-store.js'
import type { KeyStore } from '../../src/store/key-store.js'
import { bearer } from '../support/task-keyring.js'

const right = { p1: 'first pepper, of 32 bytes or more' }
const wrong = { p1: 'CANARY: a pepper of another system' }
const hasher = (peppers: Record<string, string>, current = 'p1') => hmacSha256({ current, peppers })
const input = { name: 'ci', owner: testOwners.user, scopes: ['members.read'] } as const

/** A memory store whose `checkValue` can be replaced, with the names that it was called with. */
function watchedStore() {
  const store = memoryStore({ now: () => new Date() })
  const { checkValue } = store
  const asked: string[] = []
  let answer: KeyStore['checkValue'] = checkValue
  store.checkValue = (name, value) => {
    asked.push(name)
    return answer(name, value)
  }
  const answerBy = (next: KeyStore['checkValue'] | null) => {
    answer = next ?? checkValue
  }
  return { store, asked, answerBy }
}

/** A keyring whose peppers are right, with a key, and others over the same store. */
async function hosted() {
  const watched = watchedStore()
  const over = (peppers: Record<string, string>, options: Partial<KeyringOptions> = {}) =>
    testKeyring({
      hasher: hasher(peppers, Object.keys(peppers).at(-1)),
      imports: {},
      store: watched.store,
      ...options,
    } as object)
  const first = over(right)
  const { key, token } = await first.keyring.create(input)
  watched.asked.length = 0
  return { ...watched, over, first, key, token: token.reveal() }
}

afterEach(() => void vi.useRealTimers())

describe('a pepper under a wrong value (HASH-13)', () => {
  it('makes every verification unavailable, whatever key it is of', async () => {
    const { over, token, first } = await hosted()
    const { keyring, verify } = over(wrong)
    const unknown = (await testKeyring().keyring.create(input)).token.reveal()
    for (const text of [token, unknown, 'an imported one, perhaps']) {
      expect(await keyring.verify(text)).toMatchObject({
        ok: false,
        refusal: { code: 'auth_unavailable', reason: 'hash' },
      })
    }
    expect(await verify(token.replace(/.$/, (last) => (last === '0' ? '1' : '0')))).toBe('api_key_invalid') // no hash is needed to tell
    expect(await first.verify(token)).toBe('ok')
  })

  it('is 503 to clients, and tells them nothing of it', async () => {
    const { over, token } = await hosted()
    const gate = createGate(over(wrong).keyring)
    const verdict = await gate(bearer(token), bearer(token))
    expect(verdict).toMatchObject({ ok: false, reply: { status: 503 } })
    expect(JSON.stringify(verdict.ok || verdict.reply)).not.toMatch(/pepper|p1|CANARY/)
  })

  it('lets no key be created, rotated or imported, and changes nothing', async () => {
    const { over, store, key } = await hosted()
    const { keyring } = over(wrong)
    const before = await store.list({ limit: 10 })
    const attempts = [
      keyring.create(input),
      keyring.create({ copyFrom: key.id }),
      keyring.rotate(key.id),
      keyring.import({ ...input, secret: { token: 'a token of elsewhere'.replaceAll(' ', '-') }, entropyBits: 128 }),
      keyring.import({ ...input, secret: { format: 'sha256-hex', hash: 'a'.repeat(64) }, entropyBits: 128 }),
    ]
    for (const attempt of attempts) {
      await expect(attempt).rejects.toMatchObject({ code: 'wrong_pepper', pepperId: 'p1' })
    }
    expect((await store.list({ limit: 10 })).records).toEqual(before.records)
    expect((await keyring.disable(key.id)).status).toBe('disabled')
  })

  it('is told once, as an event and as the reason of an outage, without any part of a pepper', async () => {
    const { over, token } = await hosted()
    const { events, verify, keyring } = over(wrong)
    await Promise.all([verify(token), verify(token)])
    await expect(keyring.create(input)).rejects.toThrow()
    expect(events).toEqual([
      { type: 'hasher.wrong_pepper', pepperId: 'p1', error: expect.objectContaining({ code: 'wrong_pepper' }) },
      expect.objectContaining({ type: 'keyring.outage_began', reason: 'hash' }),
    ])
    const { message } = (events[0] as { error: Error }).error
    expect(message).toBe(
      'Pepper p1 has another value here than where it was first used. ' +
        'Put that value back, or give the new one an id of its own. ' +
        'Delete the check value $hmac-sha256$v=1$k=p1$cGVwcGVyLWNoZWNr if it was the first value that was wrong.',
    )
    expect(JSON.stringify(events)).not.toContain('CANARY')
  })

  it('is found by doctor', async () => {
    const { over, first } = await hosted()
    const message = expect.stringMatching(/^Pepper p1 has another value .* every request is refused with 503/)
    expect(await over(wrong).keyring.doctor()).toEqual([{ code: 'wrong_pepper', severity: 'error', message }])
    expect(await first.keyring.doctor()).toEqual([])
  })

  it('is noticed of an old pepper as well', async () => {
    const { over, token } = await hosted()
    const { verify } = over({ ...wrong, p2: 'second pepper, of 32 bytes or so' })
    expect(await verify(token)).toBe('auth_unavailable')
  })

  it('is right again when its check value is gone, after five seconds', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const { over, token, answerBy } = await hosted()
    const { verify } = over(wrong)
    expect(await verify(token)).toBe('auth_unavailable')
    answerBy(async (_name, value) => value)
    expect(await verify(token)).toBe('auth_unavailable')
    vi.advanceTimersByTime(5_001)
    expect(await verify(token)).toBe('api_key_invalid') // its hash is of the other value
  })
})

describe('right peppers (HASH-13)', () => {
  it('are compared once a process, however many verifications begin at once', async () => {
    const { over, token, asked } = await hosted()
    const { verify, keyring } = over(right)
    expect(new Set(await Promise.all(Array.from({ length: 50 }, () => verify(token))))).toEqual(new Set(['ok']))
    await keyring.create(input)
    await verify(token)
    expect(asked).toEqual(['$hmac-sha256$v=1$k=p1$cGVwcGVyLWNoZWNr'])
  })

  it('may be more than before', async () => {
    const { over, token, asked } = await hosted()
    const { verify } = over({ ...right, p2: 'second pepper, of 32 bytes or so' })
    expect(await verify(token)).toBe('ok')
    expect(asked.map((name) => name.slice(0, 23))).toEqual(['$hmac-sha256$v=1$k=p2$c', '$hmac-sha256$v=1$k=p1$c'])
  })

  it('keep what the store is given apart from the pepper and from every hash', async () => {
    const kept: string[] = []
    const { store, answerBy } = watchedStore()
    answerBy(async (_name, value) => {
      kept.push(value)
      return value
    })
    const { keyring } = testKeyring({ hasher: hasher(right), store })
    const { key } = await keyring.create(input)
    expect(kept).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)])
    expect((await store.find(key.id))?.record.hash).not.toContain(kept[0])
  })

  it.each([
    ['plain SHA-256', sha256()],
    ['a hasher with random salts', { ...hasher(right), hashes: undefined }],
  ])('are not asked for with %s', async (_, other) => {
    const { store, asked } = watchedStore()
    const { hashes, ...rest } = other
    const { keyring, verify } = testKeyring({ hasher: hashes === undefined ? rest : { ...rest, hashes }, store })
    expect(await verify((await keyring.create(input)).token.reveal())).toBe('ok')
    expect(asked).toEqual([])
  })
})

describe('a store that cannot tell (HASH-13)', () => {
  it.each<[string, KeyStore['checkValue']]>([
    ['rejects', () => Promise.reject(new Error('away'))],
    ['never answers', () => new Promise(() => {})],
  ])('opens nothing while it %s, and is asked again', async (_, answer) => {
    const { over, token, answerBy } = await hosted()
    const { keyring, verify } = over(right, { verifyTimeoutMs: 50 })
    answerBy(answer)
    expect(await verify(token)).toBe('auth_unavailable')
    await expect(keyring.create(input)).rejects.toMatchObject({ code: 'store_unavailable' })
    answerBy(null)
    expect(await verify(token)).toBe('ok')
  })

  it('is refused at start-up, if it was written before', () => {
    const { checkValue: _, ...store } = memoryStore()
    expect(() => testKeyring({ store: store as KeyStore })).toThrow(
      'Option store must have checkValue: testKeyStore of @keywright/testkit checks the rest of it.',
    )
  })
})
