import { describe, expect, it } from 'vitest'
import { auditOf, open, recordOf, start, input as whole } from '../support/setup.js'

const dryRun = { dryRun: true } as const

describe('a trial of enable, disable and revoke', () => {
  it('returns the key as it would be, and changes nothing', async () => {
    const { keyring, store } = open()
    const { key } = await keyring.create(whole)
    const before = [await recordOf(store, key.id), await auditOf(store)]
    expect(await keyring.disable(key.id, { reason: 'x' }, dryRun)).toMatchObject({
      ...{ status: 'disabled', disabledReason: 'x', locked: true, version: 2 },
    })
    expect(await keyring.revoke(key.id, {}, dryRun)).toMatchObject({ status: 'revoked', version: 2 })
    const at = new Date(start + 1_000)
    expect(await keyring.revoke(key.id, { at }, dryRun)).toMatchObject({ expiresAt: at, version: 2 })
    // What would change nothing has the same version.
    expect(await keyring.enable(key.id, dryRun)).toMatchObject({ status: 'active', version: 1 })
    expect([await recordOf(store, key.id), await auditOf(store)]).toEqual(before)
    await keyring.disable(key.id)
    expect(await keyring.enable(key.id, dryRun)).toMatchObject({ status: 'active', version: 3 })
    expect(await keyring.get(key.id)).toMatchObject({ status: 'disabled', version: 2 })
  })

  it('is refused as the change would be', async () => {
    const { keyring } = open()
    const { key } = await keyring.create(whole)
    await keyring.disable(key.id, {}, { actor: { type: 'user', id: 'ada' } })
    const byOwner = { ...dryRun, actor: { type: 'user', id: 'u1' } as const, within: { owner: whole.owner } }
    await expect(keyring.enable(key.id, byOwner)).rejects.toMatchObject({ code: 'key_locked' })
    await expect(keyring.disable(key.id, {}, { ...dryRun, ifVersion: 9 })).rejects.toMatchObject({
      code: 'key_changed',
    })
    await keyring.revoke(key.id)
    await expect(keyring.enable(key.id, dryRun)).rejects.toMatchObject({ code: 'invalid_state' })
    await expect(keyring.revoke('AAAAAAAAAAAA', {}, dryRun)).rejects.toMatchObject({ code: 'key_not_found' })
  })

  it.each([undefined, 'true', 1, null])('refuses dryRun: %j, which could have been a trial', async (wrong) => {
    const { keyring } = open()
    const { key } = await keyring.create(whole)
    const options = { dryRun: wrong as unknown as boolean } // wrong on purpose
    for (const call of [
      () => keyring.disable(key.id, {}, options),
      () => keyring.revoke(key.id, {}, options),
      () => keyring.enable(key.id, options),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'invalid_input', field: 'dryRun' })
    }
    // Of other changes, there is no trial.
    const trial = keyring.update(key.id, { name: 'x' }, dryRun as object)
    await expect(trial).rejects.toMatchObject({ code: 'invalid_input', field: 'dryRun' })
    expect(await keyring.get(key.id)).toMatchObject({ status: 'active', version: 1 })
  })
})
