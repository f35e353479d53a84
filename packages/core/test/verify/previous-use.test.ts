import { expect, it } from 'vitest'
import { input, open, owner, start } from '../support/setup.js'

const hourMs = 3_600_000
const { organizationId } = owner

it('shows when the old token was last used after a rotation, so that one sees when it may go (ROT-6)', async () => {
  const { keyring, clock, storage } = open()
  const { key, token: old } = await keyring.create(input)
  const written = async () => {
    await keyring.usage({ organizationId }) // writes what was counted
    const found = await keyring.get(key.id)
    const [listed] = (await keyring.list()).keys
    expect(listed).toEqual(found)
    return [found?.lastUsedAt, found?.previousTokenLastUsedAt]
  }
  const use = async (token: typeof old, passedMs: number) => {
    clock.at += passedMs
    expect((await keyring.verify(token.reveal())).ok).toBe(true)
    return new Date(clock.at)
  }
  const first = await use(old, 1_000)
  expect(await written()).toEqual([first, null])
  const rotated = await keyring.rotate(key.id, { graceMs: 5 * hourMs })
  expect(rotated.key.previousTokenLastUsedAt).toBeNull()
  await use(rotated.token, 1_000)
  expect((await written())[1]).toBeNull()
  const late = await use(old, 1_000)
  const both = await use(rotated.token, 1_000)
  expect(await written()).toEqual([both, late])
  expect((await keyring.update(key.id, { name: 'renamed' })).previousTokenLastUsedAt).toEqual(late)

  const again = await keyring.rotate(key.id, { graceMs: hourMs })
  expect(again.key.previousTokenLastUsedAt).toBeNull()
  const second = await use(rotated.token, 1_000)
  expect((await written())[1]).toEqual(second)
  clock.at = start + 9 * hourMs
  expect((await written())[1]).toBeNull() // it works no more

  const verified = storage.calls.filter((name) => name === 'recordUsage').length
  await use(again.token, 1_000)
  await written()
  expect(storage.calls.filter((name) => name === 'recordUsage')).toHaveLength(verified + 1)
})
