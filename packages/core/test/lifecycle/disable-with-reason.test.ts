import { describe, expect, it } from 'vitest'
import { auditOf, open, input as whole } from '../support/setup.js'

const actor = (id: string) => ({ actor: { type: 'user', id } as const })

describe('disable', () => {
  it('keeps its reason in the key, until it is enabled, and in the audit record', async () => {
    const { keyring, store } = open()
    const { key } = await keyring.create(whole)
    expect(key.disabledReason).toBeNull()
    const reason = 'seen in a log'
    expect(await keyring.disable(key.id, { reason }, actor('u1'))).toMatchObject({ disabledReason: reason })
    expect(await keyring.get(key.id)).toMatchObject({ status: 'disabled', disabledReason: reason })
    expect(await keyring.enable(key.id)).toMatchObject({ status: 'active', disabledReason: null })
    await keyring.disable(key.id)
    expect((await auditOf(store)).slice(1).map(({ type, data }) => [type, data.reason])).toEqual([
      ['api_key.disabled', reason],
      ['api_key.enabled', undefined],
      ['api_key.disabled', undefined],
    ])
  })

  it('keeps the first reason, but where a call of somebody else locks the key: then it has theirs', async () => {
    const { keyring } = open()
    const { key } = await keyring.create(whole)
    await keyring.disable(key.id, { reason: 'mine' }, { within: { owner: whole.owner } })
    const again = await keyring.disable(key.id, { reason: 'other' }, { within: { owner: whole.owner } })
    expect(again).toMatchObject({ disabledReason: 'mine', version: 2 })
    const locked = await keyring.disable(key.id, { reason: 'theirs' }, actor('ada'))
    expect(locked).toMatchObject({ disabledReason: 'theirs', locked: true, disabledBy: { id: 'ada' }, version: 3 })
    expect(await keyring.disable(key.id, { reason: 'late' })).toMatchObject({ disabledReason: 'theirs', version: 3 })
  })

  it.each<[string, object, string]>([
    ['a reason that is too long', { reason: 'x'.repeat(201) }, 'reason'],
    ['a reason that nobody can see', { reason: 'a\u0000b' }, 'reason'],
    ['the options in the place of the input', { actor: { type: 'user', id: 'ada' } }, 'actor'],
  ])('refuses %s, and changes nothing', async (_, input, field) => {
    const { keyring, store } = open()
    const { key } = await keyring.create(whole)
    await expect(keyring.disable(key.id, input)).rejects.toMatchObject({ code: 'invalid_input', field })
    expect(await keyring.get(key.id)).toMatchObject({ status: 'active', version: 1 })
    expect(await auditOf(store)).toHaveLength(1)
  })
})
