import { beforeEach, describe, expect, it, vi } from 'vitest'
import { defineAccess } from '../../src/access/define-access.js'
import { formatToken } from '../../src/crypto/format-token.js'
import { sha256 } from '../../src/crypto/sha256.js'
import { createGate } from '../../src/http/gate.js'
import { createKeyring } from '../../src/keyring/keyring.js'
import { memoryStore } from '../../src/memory/memory-store.js'
import { owner } from '../support/limits-setup.js'

const role = vi.fn((_organizationId: string) => ['members.read'] as const)
const resolveOwner = vi.fn(() => ({ scopes: ['*'], levels: { board: { b1: 'view' } } }))
const resource = vi.fn((): unknown => ({ type: 'board', id: 'b1' }))

const access = defineAccess({
  scopes: { 'board.read': 'See a board', 'members.read': 'See members' },
  resources: { board: { levels: { view: ['board.read'] } } },
  roles: { reader: role },
})

/** Everything of the host's that a verification can ask. */
const asked = () => role.mock.calls.length + resolveOwner.mock.calls.length + resource.mock.calls.length

async function open() {
  const keyring = createKeyring({
    prefix: 'tk',
    access,
    store: memoryStore(),
    hasher: sha256(),
    resolveOwner,
    rateLimits: { default: { limit: 2, windowMs: 60_000 } },
    failureLimit: { limit: 100, windowMs: 60_000 },
  })
  const { key, token } = await keyring.create({
    name: 'ci',
    owner,
    roles: ['reader'],
    resources: { board: { mode: 'specific', levels: { b1: 'view' } } },
  })
  const gate = createGate(keyring, { scopes: ['board.read'], resource: () => resource() as never }) // what a host answers
  const present = async (text: string) => {
    const request = { fields: [['Authorization', `Bearer ${text}`]], url: '/', ip: '203.0.113.9' } as const
    const verdict = await gate(request, request)
    return verdict.ok ? 200 : verdict.reply.status
  }
  vi.clearAllMocks()
  return { keyring, key, token: token.reveal(), present }
}

const forged = (id: string) => formatToken({ namespace: 'tk', id, secret: 'x'.repeat(32) })

beforeEach(() => {
  resource.mockImplementation(() => ({ type: 'board', id: 'b1' }))
})

describe('the host (RATE-15)', () => {
  it('is asked nothing for 50 bad keys, made up or guessed at', async () => {
    const { key, present } = await open()
    const texts = Array.from({ length: 50 }, (_, index) =>
      forged(index % 2 === 0 ? key.id : String(index).padStart(12, '0')),
    )
    expect(new Set(await Promise.all(texts.map(present)))).toEqual(new Set([401]))
    expect(asked()).toBe(0)
  })

  it('is asked nothing for a key past its rate limit, nor for one that is disabled', async () => {
    const { keyring, key, token, present } = await open()
    expect([await present(token), await present(token)]).toEqual([200, 200])
    expect(asked()).toBe(6)
    expect(await present(token)).toBe(429)
    await keyring.disable(key.id)
    expect(await present(token)).toBe(401)
    expect(asked()).toBe(6)
  })

  it('is asked for the resource only of who may ask, so that a made-up token tells none from another', async () => {
    const { token, present } = await open()
    const answers: (() => unknown)[] = [
      () => ({ type: 'board', id: 'b1' }),
      () => null,
      () => {
        throw new Error('There is no such board.')
      },
      () => Promise.reject(new Error('The database is down.')),
    ]
    for (const answer of answers) {
      resource.mockImplementation(answer)
      expect(await present(forged('nobody000000'))).toBe(401)
    }
    expect(resource).not.toHaveBeenCalled()
    expect(await present(token)).toBe(503) // who holds a key is told that it cannot be decided
  })
})
