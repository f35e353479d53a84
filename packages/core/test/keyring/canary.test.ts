import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { sha256 } from '../../src/crypto/sha256.js'
import { createKeyring } from '../../src/keyring/keyring.js'
import type { KeyringOptions } from '../../src/keyring/options.js'
import { memoryStore } from '../../src/memory/memory-store.js'
import { access, auditOf, good, open, partsOf, peppers, write, wrong } from '../support/setup.js'

const length = 6

/** Every piece of a text that is long enough to be of use to somebody. */
function pieces(text: string): string[] {
  return Array.from({ length: text.length - length + 1 }, (_, at) => text.slice(at, at + length))
}

/** A value in all the forms in which it could reach a log. */
function shown(value: unknown): string {
  const plain = inspect(value, {
    depth: null,
    showHidden: true,
    getters: true,
    maxStringLength: null,
    maxArrayLength: null,
  })
  const json = JSON.stringify(value, (_, part) =>
    part instanceof Error ? { ...part, text: `${part}`, stack: part.stack } : part,
  )
  return [plain, json, String(value), value instanceof Error ? `${value.stack}${value.message}` : ''].join('\n')
}

describe('no secret appears (TEST-9)', () => {
  it('in keys, verdicts, errors, events, audit records, rows, or anything else that any verb returns', async () => {
    const { keyring, store, storage, hashing, events, clock } = open({ verifyTimeoutMs: 10 })
    const out: unknown[] = []
    const secrets: string[] = []
    const keep = async (work: () => unknown) => {
      try {
        out.push(await work())
      } catch (error) {
        out.push(error)
      }
    }
    const create = async () => {
      const created = await keyring.create({ ...good, scopes: ['*'], roles: ['planner'], metadata: { a: 1 } })
      out.push(created, `${created.token}`)
      const token = created.token.reveal()
      secrets.push(partsOf(token).secret)
      return { id: created.key.id, token }
    }

    const { id, token } = await create()
    const other = await create()
    secrets.push(partsOf(wrong(token)).secret)
    const board = { type: 'board', id: 'b1' } as const
    const presentations = ['', token, wrong(token), `${token}x`, token.slice(1), token.slice(0, -1), `Bearer ${token}`]
    const verifyAll = async () => {
      for (const text of presentations) {
        await keep(() => keyring.verify(text))
        await keep(() => keyring.verify(text, { scopes: ['members.read', 'tasks.move'], resource: board }))
      }
    }
    const verbs = [
      () => keyring.update(id, { name: 'n', scopes: ['members.read'] }),
      () => keyring.disable(id),
      () => keyring.enable(id),
      () => keyring.update(id, { expiresAt: new Date(clock.at + 1) }),
      () => {
        clock.at += 1
      },
      () => keyring.revoke(id, { reason: 'leaked' }),
      () => keyring.enable(id),
      () => keyring.delete(id),
      () => keyring.delete(id),
    ]
    for (const verb of verbs) {
      await verifyAll()
      await keep(() => keyring.get(id))
      await keep(() => keyring.list())
      await keep(verb)
    }

    // A caller that mistakes a token for an id.
    presentations.push(other.token)
    await keep(() => keyring.get(other.token))
    await keep(() => keyring.verify(other.token, { scopes: ['members.delete' as 'members.read'] })) // wrong on purpose
    // Everything that can fail, fails.
    await write(store, other.id, { hash: 'damaged' })
    await verifyAll()
    hashing.stubs.verify = () => Promise.reject(new Error('no entropy'))
    await verifyAll()
    storage.stubs.find = () => Promise.reject(new Error('ECONNRESET'))
    storage.stubs.change = () => Promise.reject(new Error('ECONNRESET'))
    await verifyAll()
    await keep(() => keyring.revoke(other.id))
    storage.stubs.find = () => new Promise(() => {})
    await keep(() => keyring.verify(other.token))
    await keep(() => createKeyring({ prefix: other.token } as KeyringOptions<typeof access>)) // wrong on purpose

    delete storage.stubs.find
    const rows = [await store.find(id), await store.find(other.id), await store.list({ limit: 10 })]
    const everything = [...out, events, await auditOf(store), rows, keyring].map(shown).join('\n')

    // What is to be found is: the search itself works.
    for (const word of [id, other.id, 'api_key_invalid', 'auth_unavailable', 'api_key.revoked', '[redacted]']) {
      expect(everything).toContain(word)
    }
    expect(secrets).toHaveLength(3)
    const leaked = secrets.flatMap(pieces).filter((piece) => everything.includes(piece))
    expect(leaked).toEqual([])
    expect(Object.values(peppers).filter((pepper) => everything.includes(pepper))).toEqual([])
  })

  it('in a keyring or its store when they are inspected', async () => {
    const store = memoryStore()
    const keyring = createKeyring({ prefix: 'tk', access, store, hasher: sha256(), resolveOwner: 'uncapped' })
    const { token } = await keyring.create(good)
    const text = shown(keyring) + shown(store) + shown(await store.list({ limit: 1 }))
    expect(pieces(partsOf(token.reveal()).secret).filter((piece) => text.includes(piece))).toEqual([])
  })
})
