import type { Kysely } from 'kysely'
import { expect } from 'vitest'
import { kyselyStore, migrateToLatest } from '../../src/index.js'
import { stepNames } from '../../src/migrations/steps.js'
import { input, keyringOver, owner } from '../keyring-over.js'

const { organizationId } = owner

/** Letters of Latin-1, of three and of four bytes, and signs that SQL gives a meaning. */
const name = `Zürich 漢字 🙂 \\ ' " -- ?`

/** What a product does with keys, over one connection or pool. It fails where a driver changes a number, a text or a count. */
export async function tellStory(db: Kysely<object>, tablePrefix: string): Promise<void> {
  expect(await migrateToLatest(db, { tablePrefix })).toEqual(stepNames)
  expect(await migrateToLatest(db, { tablePrefix })).toEqual([])
  const store = kyselyStore(db, { tablePrefix })
  const { keyring } = keyringOver(store)

  const made = await Promise.all(Array.from({ length: 3 }, () => keyring.create({ ...input, name })))
  const [{ key, token }, other, third] = made as [(typeof made)[0], (typeof made)[0], (typeof made)[0]] // three
  const verify = async (one: typeof token) => {
    const verdict = await keyring.verify(one.reveal())
    return verdict.ok ? 'ok' : verdict.refusal.code
  }
  expect(await Promise.all(made.map((one) => verify(one.token)))).toEqual(['ok', 'ok', 'ok'])
  expect((await keyring.get(key.id))?.name).toBe(name)

  for (let change = 1; change <= 3; change += 1) {
    const { version } = (await store.find(key.id))?.record ?? expect.unreachable()
    expect(version).toBe(change)
    const updated = await keyring.update(key.id, { description: `${name} ${change}` })
    expect(updated).toMatchObject({ description: `${name} ${change}` })
  }
  expect((await store.find(key.id))?.record).toMatchObject({ version: 4, damaged: [], description: `${name} 3` })

  await keyring.revoke(other.key.id)
  expect(await verify(other.token)).toBe('api_key_revoked')
  await expect(keyring.revoke('0000000000000000')).rejects.toMatchObject({ code: 'key_not_found' })
  const rotated = await keyring.rotate(third.key.id)
  expect(await Promise.all([third.token, rotated.token].map(verify))).toEqual(['api_key_invalid', 'ok'])
  await expect(keyring.reveal(key.id)).rejects.toThrow()

  const { now } = (await store.find(key.id)) ?? expect.unreachable()
  const hour = new Date(now.getTime() - (now.getTime() % 3_600_000))
  const use = { organizationId, keyId: key.id, hour, count: 2, lastUsedAt: now }
  for (const batch of ['b1', 'b2', 'b2']) await store.recordUsage(`${tablePrefix}${batch}`, [use])
  await keyring.close()
  expect(await store.stats({ organizationId })).toMatchObject({ created: 3, active: 2, revoked: 1, recentUsage: 8 })
  expect((await keyring.stats({ organizationId })).callsLast24h).toBe(8)
  expect((await keyring.usage({ organizationId })).reduce((sum, { count }) => sum + count, 0)).toBe(8)
  expect((await keyring.get(key.id))?.lastUsedAt?.getTime()).toBeGreaterThanOrEqual(hour.getTime())

  const { keys } = await keyring.list({ organizationId, limit: 2 })
  expect(keys.map((one) => one.name)).toEqual([name, name])
  const { records } = await keyring.audit.list({ organizationId })
  expect(records.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  expect(await keyring.audit.verify({ organizationId })).toMatchObject({ ok: true })
  expect(await keyring.doctor()).toEqual([])
}
