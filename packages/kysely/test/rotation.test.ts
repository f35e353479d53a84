import { describe, expect, it } from 'vitest'
import { kyselyStore, migrateToLatest } from '../src/index.js'
import { input, owner } from './keyring-over.js'
import { securedKeyring } from './secured-keyring.js'
import { sqliteFile } from './sqlite-file.js'

const { organizationId } = owner
const day = 86_400_000

/** One file and one key, with a keyring over each of four connections, and every token that they have made. */
async function fourConnections() {
  const file = sqliteFile()
  const connections = Array.from({ length: 4 }, () => file.open())
  const [first] = connections
  if (first === undefined) return expect.unreachable()
  await migrateToLatest(first.db)
  const made: string[] = []
  const onToken = (token: string) => made.push(token)
  const keyrings = connections.map(({ db }) => securedKeyring(kyselyStore(db), { onToken }))
  const [keyring] = keyrings
  if (keyring === undefined) return expect.unreachable()
  const { key } = await keyring.create(input)
  const live = async () => {
    const verdicts = await Promise.all(made.map((token) => keyring.verify(token)))
    return made.filter((_, index) => verdicts[index]?.ok)
  }
  return { keyring, keyrings, id: key.id, made, live }
}

describe('several connections', () => {
  it('rotate one key at once: each reported success has happened, and at most two tokens are valid (FI-38)', async () => {
    const { keyring, keyrings, id, made, live } = await fourConnections()
    const calls = await Promise.allSettled(keyrings.map((each) => each.rotate(id, { graceMs: day })))
    const won = calls.flatMap((call) => (call.status === 'fulfilled' ? [call.value.token.reveal()] : []))
    for (const call of calls) {
      if (call.status === 'rejected') expect(call.reason).toMatchObject({ code: 'invalid_state' })
    }
    expect(won.length).toBeGreaterThan(0)
    const [original = ''] = made
    const alive = await live()
    expect(alive).toHaveLength(2)
    for (const token of alive) expect([original, ...won]).toContain(token)
    expect(await keyring.audit.verify({ organizationId })).toMatchObject({
      ok: true,
      checkpoint: { seq: 1 + won.length },
    })
    expect(alive).toContain((await keyring.reveal(id)).reveal())
  })

  it('revoke a key among rotations: the key ends revoked, and no token is valid (FI-39)', async () => {
    const { keyring, keyrings, id, live } = await fourConnections()
    const [a, b, c, d] = keyrings
    const graceMs = day
    await Promise.allSettled([a?.rotate(id, { graceMs }), b?.revoke(id), c?.rotate(id, { graceMs }), d?.rotate(id)])
    expect((await keyring.get(id))?.status).toBe('revoked')
    expect(await live()).toEqual([])
    await expect(keyring.reveal(id)).rejects.toMatchObject({ code: 'reveal_unavailable', reason: 'erased' })
    expect(await keyring.audit.verify({ organizationId })).toMatchObject({ ok: true })
  })
})
