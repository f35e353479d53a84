import { describe, expect, it } from 'vitest'
import { sender, servers } from './servers.js'
import { open } from './setup.js'

const at = '2090-01-01T00:00:00.000Z'

describe.each(Object.keys(servers))('a key on %s', (name) => {
  it('is disabled with a reason, which it shows until it is enabled, and the log keeps', async () => {
    const { api, create } = open()
    const send = await sender(name, api)
    const { id } = await create('ada')
    const disabled = await send(`POST /${id}/disable`, { body: '{"reason":"seen in a log"}' })
    expect(await disabled.json()).toMatchObject({ status: 'disabled', disabled_reason: 'seen in a log' })
    expect(await (await send('GET /audit?type=api_key.disabled')).json()).toMatchObject({
      data: [{ data: { reason: 'seen in a log' } }],
    })
    expect(await (await send(`POST /${id}/enable`)).json()).toMatchObject({ disabled_reason: null })
  })

  it('is revoked at a time, unless it ends before; until then its end may be moved', async () => {
    const { api, create } = open()
    const send = await sender(name, api)
    const { id } = await create('ada')
    const body = JSON.stringify({ at, reason: 'contract ends' })
    expect(await (await send(`POST /${id}/revoke`, { body })).json()).toMatchObject({
      ...{ status: 'active', expires_at: at, revoked_at: null, revoked_reason: null },
    })
    expect(await (await send('GET /audit?type=api_key.end_scheduled')).json()).toMatchObject({
      data: [{ data: { before: { expires_at: null }, after: { expires_at: at }, reason: 'contract ends' } }],
    })
    const later = JSON.stringify({ at: '2091-01-01T00:00:00.000Z' })
    expect(await (await send(`POST /${id}/revoke`, { body: later })).json()).toMatchObject({ expires_at: at })
    expect((await send(`PATCH /${id}`, { body: '{"expires_at":null}' })).status).toBe(200)
    await send(`POST /${id}/revoke`)
    expect((await send(`PATCH /${id}`, { body: '{"expires_at":null}' })).status).toBe(409)
  })
})

describe('an end', () => {
  it.each<[string, string, object, string]>([
    ['revoke', 'at a time that is past', { at: '2001-01-01T00:00:00Z' }, '/at'],
    ['revoke', 'at what is no time', { at: 'soon' }, '/at'],
    ['revoke', 'at null', { at: null }, '/at'],
    ['disable', 'with a reason that is too long', { reason: 'x'.repeat(201) }, '/reason'],
    ['disable', 'at a time', { at }, '/at'],
    ['enable', 'with a reason', { reason: 'x' }, '/reason'],
  ])('is refused with 400 by %s %s', async (verb, _, body, pointer) => {
    const { send, create, dump } = open()
    const { id } = await create('mia')
    const before = await dump()
    const answer = await send(`POST /${id}/${verb}`, { body })
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer }] } })
    expect(await dump()).toBe(before)
  })
})
